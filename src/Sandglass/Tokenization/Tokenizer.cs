using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Sandglass.ModelFiles;

namespace Sandglass.Tokenization;

/// <summary>Converts text to token ids and back, by the vocabulary and rules in a model file's metadata.</summary>
/// <remarks>Immutable: one tokenizer serves many threads. It follows what llama.cpp does with the same file.</remarks>
public abstract class Tokenizer
{
    private readonly Vocabulary _vocabulary;
    private readonly TokenBytes _bytes;
    private readonly SpecialTokens _allSpecial, _userDefined;
    private readonly bool _addsEos, _swallows;
    private readonly int? _eosId;
    private readonly int _longestSpecial;
    private readonly ConcurrentBag<Workspace> _workspaces = [];

    private protected Tokenizer(Vocabulary vocabulary, SpecialIds special)
    {
        _vocabulary = vocabulary;
        BosId = special.Bos;
        AddsBos = special.AddsBos && special.Bos is not null;
        _eosId = special.Eos;
        _addsEos = special.AddsEos && special.Eos is not null;
        EndIds = special.Ends;
        UnknownId = special.Unknown;
        HasChatTemplate = vocabulary.HasChatTemplate;

        List<int> userDefined = [], all = [];
        for (int id = 0; id < vocabulary.Size; id++)
        {
            if (vocabulary.Kinds[id] == TokenKind.UserDefined) userDefined.Add(id);
            if (vocabulary.Kinds[id] is not (TokenKind.UserDefined or TokenKind.Control or TokenKind.Unknown)) continue;
            all.Add(id);
            _longestSpecial = Math.Max(_longestSpecial, Encoding.UTF8.GetByteCount(vocabulary.Texts[id]));
            _swallows |= special.SwallowsRight(id);
        }
        _userDefined = new SpecialTokens(vocabulary, userDefined, special.SwallowsRight);
        _allSpecial = all.Count == userDefined.Count ? _userDefined : new SpecialTokens(vocabulary, all, special.SwallowsRight);
        _bytes = new TokenBytes(vocabulary, EndIds, SpellNormal);
    }

    /// <summary>
    /// Creates the tokenizer that a file describes: <c>tokenizer.ggml.model</c> <c>llama</c> (SentencePiece BPE) or <c>gpt2</c> (byte-level BPE).
    /// </summary>
    /// <exception cref="ModelFileException">
    /// The tokenizer or its pre-tokenizer is unknown, a list is missing or differs in length from the tokens, an id that each text needs is out of range, or
    /// a score is NaN.
    /// </exception>
    public static Tokenizer From(Metadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        string? model = metadata.String("tokenizer.ggml.model");
        if (model is not ("llama" or "gpt2")) BadVocabulary.UnknownModel(metadata.File, model);

        Vocabulary vocabulary = new(metadata);
        return model == "llama" ? new SentencePieceTokenizer(vocabulary) : new ByteLevelTokenizer(vocabulary);
    }

    /// <summary>The number of tokens; ids are below it.</summary>
    public int VocabularySize => _vocabulary.Size;

    /// <summary>Whether <see cref="BosId"/> is added to the beginning of a text.</summary>
    public bool AddsBos { get; }

    /// <summary>The token that begins a text, or null where the model has none.</summary>
    public int? BosId { get; }

    /// <summary>The tokens that end a text or a turn.</summary>
    public IReadOnlySet<int> EndIds { get; }

    /// <summary>Whether the file has a chat template, so that a bare prompt is not what the model was trained on.</summary>
    public bool HasChatTemplate { get; }

    /// <summary>What is doubtful about the file's vocabulary but does not prevent its use, a sentence each; worth showing to the user.</summary>
    public IReadOnlyList<string> Doubts => _vocabulary.Doubts;

    private protected int? UnknownId { get; }

    /// <summary>Tokenises a text. A lone surrogate counts as U+FFFD; byte ranges are of the text's UTF-8.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addBos">Add the begin token where the model uses one (and an end token where the file asks for it).</param>
    /// <param name="parseSpecial">Match control and unknown tokens in the text; without it only user-defined ones are matched.</param>
    public TokenizedText Encode(string text, bool addBos = true, bool parseSpecial = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Encode(Encoding.UTF8.GetBytes(text), addBos, parseSpecial);
    }

    /// <summary>
    /// Tokenises a text in UTF-8. A byte that is part of no character counts as U+FFFD in byte-level vocabularies and is spelled by its byte token in
    /// SentencePiece ones.
    /// </summary>
    /// <inheritdoc cref="Encode(string, bool, bool)"/>
    public TokenizedText Encode(ReadOnlySpan<byte> utf8, bool addBos = true, bool parseSpecial = true) =>
        Encode(utf8, (parseSpecial ? _allSpecial : _userDefined).Find(utf8), addBos);

    /// <summary>Tokenises a text of several parts as one: control tokens are matched only where they lie wholly in trusted parts, everything else is as if
    /// there
    /// were no parts.</summary>
    /// <param name="text">The text.</param>
    /// <param name="parts">Its parts, in order; what they do not reach counts as not trusted.</param>
    /// <param name="addBos">Add the begin token where the model uses one (and an end token where the file asks for it).</param>
    public TokenizedText Encode(string text, IReadOnlyList<TextPart> parts, bool addBos = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(parts);
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return Encode(utf8, _allSpecial.Find(utf8, TrustedBytes.Of(text, parts)), addBos);
    }

    /// <summary>Tokenises a text for whoever can use only so many tokens: where it has more, most of the work is left undone.</summary>
    /// <param name="text">The text.</param>
    /// <param name="parts">As of <see cref="Encode(string, IReadOnlyList{TextPart}, bool)"/>; null for a text of one part.</param>
    /// <param name="most">Tokens that are wanted.</param>
    /// <param name="addBos">As of <see cref="Encode(string, bool, bool)"/>.</param>
    /// <param name="parseSpecial">As there; of a text in parts they say it.</param>
    /// <param name="cancellation">Ends the work with an <see cref="OperationCanceledException"/>.</param>
    internal IdsWithin EncodeWithin(
        string text, IReadOnlyList<TextPart>? parts, int most, bool addBos, bool parseSpecial, CancellationToken cancellation = default)
    {
        if (LeastTokens(text) is long least && least > most) return new IdsWithin(null, least);
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        List<SpecialMatch> special = parts is null ? (parseSpecial ? _allSpecial : _userDefined).Find(utf8) : _allSpecial.Find(utf8, TrustedBytes.Of(text, parts));
        cancellation.ThrowIfCancellationRequested();
        TokenSink sink = new(Math.Min(utf8.Length / 3, most) + 16, most, withRanges: false, cancellation);
        Encode(utf8, special, addBos, sink);
        if (sink.StoppedAt is int at) return new IdsWithin(null, Math.Max(most + 1L, sink.Count + LeastTokens((long)Spelled(utf8.AsSpan(at)))));
        return sink.Count <= most ? new IdsWithin(sink.ToIds(), sink.Count) : new IdsWithin(null, sink.Count);
    }

    /// <summary>A number of tokens that a text has at least, without a look at what they are.</summary>
    internal long LeastTokens(string text)
    {
        if (Unspelled is null) return LeastTokens((long)Encoding.UTF8.GetByteCount(text));
        Span<byte> some = stackalloc byte[3 << 10];
        long bytes = 0;
        for (int at = 0, to; at < text.Length; at = to)
        {
            to = Math.Min(at + some.Length / 3, text.Length);
            if (to < text.Length && char.IsHighSurrogate(text[to - 1])) to--;       // halves of a character would be more bytes
            bytes += Spelled(some[..Encoding.UTF8.GetBytes(text.AsSpan(at, to - at), some)]);
        }
        return LeastTokens(bytes);
    }

    // none where a special token takes all the white space that follows it, or where nobody knows which bytes become no token
    private long LeastTokens(long spelled) =>
        _swallows || LongestPiece == 0 ? 0 : (spelled - 1) / Math.Max(LongestPiece, _longestSpecial) + (spelled > 0 ? 1 : 0);

    private int Spelled(ReadOnlySpan<byte> utf8)
    {
        int count = utf8.Length;
        for (int at; Unspelled is not null && (at = utf8.IndexOfAny(Unspelled)) >= 0; utf8 = utf8[(at + 1)..]) count--;
        return count;
    }

    private TokenizedText Encode(ReadOnlySpan<byte> utf8, List<SpecialMatch> special, bool addBos)
    {
        TokenSink sink = new(room: utf8.Length / 3 + 16);
        Encode(utf8, special, addBos, sink);
        return sink.ToText();
    }

    private void Encode(ReadOnlySpan<byte> utf8, List<SpecialMatch> special, bool addBos, TokenSink sink)
    {
        if (!_workspaces.TryTake(out Workspace? workspace)) workspace = new Workspace();
        workspace.Merger.Cancellation = sink.Cancellation;

        if (addBos && AddsBos) sink.Add(BosId!.Value, 0, 0);
        int at = 0;
        bool afterSpecial = true;
        foreach (SpecialMatch match in special)
        {
            if (match.From > at) EncodeFragment(utf8[at..match.From], at, afterSpecial, workspace, sink);
            if (sink.StoppedAt is not null || sink.IsBeyond(1, match.From)) break;
            sink.Add(match.Id, match.From, match.To);
            at = match.To;
            afterSpecial = true;
        }
        if (at < utf8.Length && sink.StoppedAt is null) EncodeFragment(utf8[at..], at, afterSpecial, workspace, sink);
        if (addBos && _addsEos) sink.Add(_eosId!.Value, utf8.Length, utf8.Length);

        workspace.Merger.Cancellation = default;
        if (!workspace.IsHuge && _workspaces.Count < Environment.ProcessorCount) _workspaces.Add(workspace);
    }

    /// <summary>The vocabulary's own string for a token.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public string Piece(int id) => _vocabulary.Texts[Checked(id)];

    /// <summary>The kind of a token. A token with a known end token's text is a control token, whatever the file calls it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public TokenKind Kind(int id) => _vocabulary.Kinds[Checked(id)];

    /// <summary>What a token adds to the text, maybe a part of a character; empty for control, unknown and unused tokens and for the end tokens.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public ReadOnlyMemory<byte> Bytes(int id) => _bytes.Of(Checked(id));

    /// <summary>
    /// What texts are compared with: what a token adds, and for one that adds nothing (a control, unknown or end token) its own text. Empty for unused
    /// tokens.
    /// </summary>
    internal ReadOnlyMemory<byte> Called(int id) => _bytes.Called(Checked(id));

    /// <summary>The text of tokens, joined. The space that SentencePiece models put before a text is removed again.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        List<byte> text = [];
        for (int at = 0; at < ids.Length; at++) text.AddRange(BytesAt(ids, at).Span);
        return Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(text));
    }

    /// <summary>What the token at a place of a text's adds to it: nothing where it begins the text, and no space that was put before the text.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    internal ReadOnlyMemory<byte> BytesAt(ReadOnlySpan<int> ids, int at)
    {
        int first = AddsBos && ids[0] == BosId ? 1 : 0;
        ReadOnlyMemory<byte> bytes = Bytes(ids[at]);
        if (at < first) return default;
        return at == first && AddsSpacePrefix && bytes.Span.StartsWith((byte)' ') ? bytes[1..] : bytes;
    }

    /// <summary>Bytes of text that one token stands for at most, special ones aside; 0 where nobody knows which parts of a text become no token.</summary>
    private protected int LongestPiece { get; init; }

    /// <summary>The bytes that may become no token; null for none.</summary>
    private protected SearchValues<byte>? Unspelled { get; init; }

    /// <summary>Tokens of a word at least. A long one takes a while to merge, which is spared where there are too many even so.</summary>
    private protected int LeastOfWord(ReadOnlySpan<byte> word) => LongestPiece == 0 ? 0 : (Spelled(word) + LongestPiece - 1) / LongestPiece;

    /// <summary>Whether a space is put before a text and after each special token.</summary>
    private protected abstract bool AddsSpacePrefix { get; }

    /// <summary>What a normal token's string adds to the text. Called from the base constructor: must not use state.</summary>
    private protected abstract byte[] SpellNormal(string token);

    /// <summary>Tokenises text without special tokens; <paramref name="offset"/> is its place in the whole text.</summary>
    private protected abstract void EncodeFragment(ReadOnlySpan<byte> text, int offset, bool afterSpecial, Workspace workspace, TokenSink sink);

    private int Checked(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, _vocabulary.Size);
        return id;
    }
}
