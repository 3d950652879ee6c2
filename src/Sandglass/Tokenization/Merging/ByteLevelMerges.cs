using System.Runtime.CompilerServices;

namespace Sandglass.Tokenization;

/// <summary>The merges of a byte-level vocabulary, applied to the bytes of one word.</summary>
/// <remarks>Symbols are numbers: a token's is its id; strings that merges produce but the vocabulary lacks are numbered after the last id.</remarks>
internal sealed class ByteLevelMerges
{
    private readonly int _tokens;
    private readonly MergeTable _table;
    private readonly int[] _letters = new int[256];     // the symbol of each byte

    // start-up waits for this one long loop: optimise it at its first compilation
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ByteLevelMerges(Vocabulary vocabulary)
    {
        const string Key = "tokenizer.ggml.merges";
        string[]? merges = vocabulary.Metadata.Strings(Key);
        if (merges is null) BadVocabulary.MissingList(vocabulary.Metadata.File, Key);

        _tokens = vocabulary.Size;
        SymbolNames names = new(vocabulary);
        for (int value = 0; value < 256; value++) _letters[value] = names.Of([ByteAlphabet.Letter((byte)value)]);

        _table = new MergeTable(merges.Length);
        for (int rank = 0; rank < merges.Length; rank++)
        {
            // from 1: the first character may itself be a space
            ReadOnlySpan<char> merge = merges[rank];
            int space = merge.Length < 2 ? -1 : merge[1..].IndexOf(' ');
            if (space < 0) continue;        // not a pair: ignored, as in the reference
            ReadOnlySpan<char> left = merge[..(space + 1)], right = merge[(space + 2)..];
            if (right.IsEmpty) continue;
            _table.Add(names.Of(left), names.Of(right), (uint)rank, names.Of(left, right));
        }
    }

    /// <summary>The bytes that there is no token for: a text's are left out, but where they merge with others.</summary>
    public byte[] Unspelled => [.. Enumerable.Range(0, 256).Where(value => _letters[value] >= _tokens).Select(value => (byte)value)];

    /// <summary>The tokens of a word.</summary>
    public ReadOnlySpan<Piece> Apply(ReadOnlySpan<byte> word, Workspace workspace)
    {
        Span<Symbol> symbols = workspace.Merger.Room(word.Length);
        for (int i = 0; i < symbols.Length; i++) symbols[i] = new Symbol { From = i, Length = 1, Id = _letters[word[i]] };

        ReadOnlySpan<Symbol> merged = workspace.Merger.Merge(word.Length, new Rule(_table));
        int most = 0, count = 0;
        foreach (Symbol symbol in merged) most += symbol.Id < _tokens ? 1 : symbol.Length;
        Span<Piece> pieces = workspace.Pieces(most);
        foreach (Symbol symbol in merged)
        {
            if (symbol.Id < _tokens)
            {
                pieces[count++] = new Piece(symbol.Id, symbol.Length);
                continue;
            }
            // the merges did not end in a token: its bytes one by one, as far as they are tokens
            foreach (byte value in word.Slice(symbol.From, symbol.Length)) pieces[count++] = new Piece(_letters[value] < _tokens ? _letters[value] : -1, 1);
        }
        return pieces[..count];
    }

    private readonly struct Rule(MergeTable table) : IMergeRule
    {
        public bool MayMerge(in Symbol left, in Symbol right, out uint order, out int merged) => table.TryFind(left.Id, right.Id, out order, out merged);
    }

    /// <summary>Assigns a symbol to every string that occurs in merges.</summary>
    private sealed class SymbolNames(Vocabulary vocabulary)
    {
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _tokens = vocabulary.Lookup;
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _others =
            new Dictionary<string, int>().GetAlternateLookup<ReadOnlySpan<char>>();
        private char[] _joined = new char[64];

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public int Of(ReadOnlySpan<char> text)
        {
            if (_tokens.TryGetValue(text, out int id) || _others.TryGetValue(text, out id)) return id;
            return _others[text] = vocabulary.Size + _others.Dictionary.Count;
        }

        public int Of(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
        {
            int length = left.Length + right.Length;
            if (_joined.Length < length) _joined = new char[2 * length];
            left.CopyTo(_joined);
            right.CopyTo(_joined.AsSpan(left.Length));
            return Of(_joined.AsSpan(0, length));
        }
    }
}
