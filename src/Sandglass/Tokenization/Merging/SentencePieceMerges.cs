using System.Text;

namespace Sandglass.Tokenization;

/// <summary>The tokens of a SentencePiece vocabulary and their scores, applied to one word.</summary>
internal sealed class SentencePieceMerges
{
    private const int MostOfCharacter = 4;      // bytes, which the unknown token stands for

    // keyed by UTF-8 with one character per byte, so that any part of a text can be looked up, even where it is not UTF-8
    private readonly Dictionary<string, int> _tokens;
    private readonly uint[] _orders;
    private readonly int[] _bytes = new int[256];
    private readonly int[] _letters = new int[256];     // tokens of one byte, -1 for none
    private readonly bool[] _reachesOverSpace = new bool[256];
    private readonly int _longest, _unknown;

    public SentencePieceMerges(Vocabulary vocabulary, int? unknownId)
    {
        _unknown = unknownId ?? -1;
        _orders = ReadOrders(vocabulary);
        _tokens = new Dictionary<string, int>(vocabulary.Size);
        for (int id = 0; id < vocabulary.Size; id++)
        {
            if (vocabulary.Kinds[id] == TokenKind.Control) continue;     // never made of letters, as in SentencePiece itself: they mean what no text says
            byte[] utf8 = Encoding.UTF8.GetBytes(vocabulary.Texts[id]);
            _tokens[Encoding.Latin1.GetString(utf8)] = id;
            _longest = Math.Max(_longest, utf8.Length);
            NoteSpaces(utf8);
        }
        for (int value = 0; value < 256; value++) _letters[value] = _tokens.GetValueOrDefault(((char)value).ToString(), -1);
        for (int value = 0; value < 256; value++)
            _bytes[value] = vocabulary.Find($"<0x{value:X2}>") ?? (value < 0x80 ? vocabulary.Find(((char)value).ToString()) : null) ?? -1;
        LongestText = _unknown >= 0 || !_bytes.Where((id, value) => value is not (0xC0 or 0xC1 or >= 0xF5) && id < 0).Any()
            ? Math.Max(_longest, MostOfCharacter) : 0;
    }

    /// <summary>Bytes of text that a token stands for at most; 0 where the vocabulary can neither spell every character nor call it unknown.</summary>
    /// <remarks>A mark in a token stands for three: a text may have it as it is, instead of a space.</remarks>
    public int LongestText { get; }

    /// <summary>Whether some token has a space after a character that ends with this byte, so that text must not be cut there.</summary>
    public bool ReachesOverSpace(byte last) => _reachesOverSpace[last];

    /// <summary>The tokens of a word whose spaces are marks.</summary>
    public ReadOnlySpan<Piece> Apply(ReadOnlySpan<byte> word, Workspace workspace)
    {
        Span<char> letters = workspace.Letters(word.Length)[..word.Length];
        Encoding.Latin1.GetChars(word, letters);
        Rule rule = new(letters, _tokens.GetAlternateLookup<ReadOnlySpan<char>>(), _orders, _longest, workspace.Pairs);

        Span<Symbol> symbols = workspace.Merger.Room(word.Length);
        int symbolCount = 0;
        for (int at = 0; at < word.Length;)
        {
            int length = Math.Min(word[at] switch { < 0xC0 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 }, word.Length - at);
            symbols[symbolCount++] = new Symbol { From = at, Length = length, Id = length == 1 ? _letters[word[at]] : rule.Find(at, length) };
            at += length;
        }

        ReadOnlySpan<Symbol> merged = workspace.Merger.Merge(symbolCount, rule);
        int most = 0, count = 0;
        foreach (Symbol symbol in merged) most += symbol.Id >= 0 ? 1 : symbol.Length;
        Span<Piece> pieces = workspace.Pieces(most);
        foreach (Symbol symbol in merged)
        {
            if (symbol.Id >= 0) pieces[count++] = new Piece(symbol.Id, symbol.Length);
            else count += Spell(word.Slice(symbol.From, symbol.Length), pieces[count..]);
        }
        return pieces[..count];
    }

    /// <summary>Spells a character that is not a token: its bytes, or the unknown token where the vocabulary lacks one of them.</summary>
    private int Spell(ReadOnlySpan<byte> character, Span<Piece> pieces)
    {
        for (int i = 0; i < character.Length; i++)
        {
            pieces[i] = new Piece(_bytes[character[i]], 1);
            if (pieces[i].Id >= 0) continue;
            pieces[0] = new Piece(_unknown, character.Length);
            return 1;
        }
        return character.Length;
    }

    private void NoteSpaces(ReadOnlySpan<byte> token)
    {
        for (int at = 1; at + 3 <= token.Length; at++)
        {
            if (!token[at..].StartsWith(SpaceMark.Utf8)) continue;
            bool behindSpace = at >= 3 && token[(at - 3)..].StartsWith(SpaceMark.Utf8);
            if (!behindSpace) _reachesOverSpace[token[at - 1]] = true;
        }
    }

    /// <summary>The order of merging for each token: the higher the score, the lower the order.</summary>
    private static uint[] ReadOrders(Vocabulary vocabulary)
    {
        const string Key = "tokenizer.ggml.scores";
        string file = vocabulary.Metadata.File;
        if (vocabulary.Metadata.Values.GetValueOrDefault(Key) is Array list && list.Length != vocabulary.Size)
            BadVocabulary.Length(file, Key, vocabulary.Size, list.Length);
        float[]? scores = vocabulary.Metadata.Floats(Key);
        if (scores is null)
        {
            vocabulary.Doubts.Add($"{Key} is missing, so pairs of neighbours merge from left to right");
            scores = new float[vocabulary.Size];
        }

        uint[] orders = new uint[scores.Length];
        for (int id = 0; id < scores.Length; id++)
        {
            if (float.IsNaN(scores[id])) BadVocabulary.NotANumber(file, id);
            // the bits of floats sort like integers once negative ones are inverted; + 0 makes -0 equal to 0
            uint bits = BitConverter.SingleToUInt32Bits(scores[id] + 0f);
            orders[id] = ~((bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000);
        }
        return orders;
    }

    private readonly ref struct Rule(ReadOnlySpan<char> letters, Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> tokens, uint[] orders,
        int longest, PairMemo pairs) : IMergeRule
    {
        private readonly ReadOnlySpan<char> _letters = letters;

        public int Find(int from, int length) => tokens.TryGetValue(_letters.Slice(from, length), out int id) ? id : -1;

        public bool MayMerge(in Symbol left, in Symbol right, out uint order, out int merged)
        {
            merged = left.Length + right.Length <= longest ? Merged(left, right) : -1;
            order = merged >= 0 ? orders[merged] : 0;
            return merged >= 0;
        }

        private int Merged(in Symbol left, in Symbol right)
        {
            bool areTokens = left.Id >= 0 && right.Id >= 0;     // whose ids say what they spell
            if (areTokens && pairs.TryFind(left.Id, right.Id, out int merged)) return merged;
            merged = Find(left.From, left.Length + right.Length);
            if (areTokens) pairs.Add(left.Id, right.Id, merged);
            return merged;
        }
    }
}
