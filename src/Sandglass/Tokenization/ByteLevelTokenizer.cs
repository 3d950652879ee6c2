using System.Buffers;

namespace Sandglass.Tokenization;

/// <summary>Byte-level BPE (<c>gpt2</c>): a pre-tokenizer cuts text into words, whose bytes then merge by rank.</summary>
internal sealed class ByteLevelTokenizer : Tokenizer
{
    private readonly ByteLevelMerges _merges;
    private readonly PreTokenizer _preTokenizer;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _tokens;

    public ByteLevelTokenizer(Vocabulary vocabulary) : this(vocabulary, PreTokenizerOf(vocabulary))
    {
    }

    private ByteLevelTokenizer(Vocabulary vocabulary, PreTokenizer preTokenizer) : base(vocabulary, new SpecialIds(vocabulary, preTokenizer.AddsBos))
    {
        _preTokenizer = preTokenizer;
        _tokens = vocabulary.Lookup;
        _merges = new ByteLevelMerges(vocabulary);
        LongestPiece = vocabulary.Texts.Max(text => text.Length);       // a letter is a byte
        if (_merges.Unspelled is { Length: > 0 } unspelled) Unspelled = SearchValues.Create(unspelled);
    }

    private protected override bool AddsSpacePrefix => false;

    private protected override byte[] SpellNormal(string token) => ByteAlphabet.Read(token);

    private protected override void EncodeFragment(ReadOnlySpan<byte> text, int offset, bool afterSpecial, Workspace workspace, TokenSink sink)
    {
        RepairedText repaired = RepairedText.Of(text);
        PreTokenizer.Words words = _preTokenizer.Cut(repaired.Bytes);
        while (words.MoveNext())
        {
            ReadOnlySpan<byte> word = repaired.Bytes[words.From..words.To];
            if (sink.IsBeyond(sink.IsBounded ? LeastOfWord(word) : 0, offset + repaired.Source(words.From))) return;
            if (!workspace.Words.TryFind(word, out ReadOnlySpan<Piece> pieces)) pieces = EncodeWord(word, workspace);

            int at = words.From;
            foreach (Piece piece in pieces)
            {
                if (piece.Id >= 0) sink.Add(piece.Id, offset + repaired.Source(at), offset + repaired.Source(at + piece.Length));
                at += piece.Length;
            }
        }
    }

    private ReadOnlySpan<Piece> EncodeWord(ReadOnlySpan<byte> word, Workspace workspace)
    {
        ReadOnlySpan<Piece> pieces = _preTokenizer.IgnoresMerges && WholeToken(word, workspace) is int token
            ? Single(new Piece(token, word.Length), workspace)
            : _merges.Apply(word, workspace);
        workspace.Words.Add(word, pieces);
        return pieces;
    }

    private int? WholeToken(ReadOnlySpan<byte> word, Workspace workspace)
    {
        Span<char> letters = workspace.Letters(word.Length)[..word.Length];
        ByteAlphabet.Spell(word, letters);
        return _tokens.TryGetValue(letters, out int id) && Kind(id) != TokenKind.Control ? id : null;
    }

    private static Span<Piece> Single(Piece piece, Workspace workspace)
    {
        Span<Piece> pieces = workspace.Pieces(1)[..1];
        pieces[0] = piece;
        return pieces;
    }

    private static PreTokenizer PreTokenizerOf(Vocabulary vocabulary)
    {
        string? name = vocabulary.Metadata.String("tokenizer.ggml.pre");
        PreTokenizer? preTokenizer = PreTokenizer.Named(name);
        if (string.IsNullOrEmpty(name) && vocabulary.HasChatTemplate)
        {
            vocabulary.Doubts.Add("tokenizer.ggml.pre names no pre-tokenizer, so the default one cuts text into words; "
                + "most chat models were trained with another, and then write worse than they could");
        }
        if (preTokenizer is null) BadVocabulary.UnknownPreTokenizer(vocabulary.Metadata.File, name!);
        return preTokenizer;
    }
}
