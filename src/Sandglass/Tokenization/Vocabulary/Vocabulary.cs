using Sandglass.ModelFiles;

namespace Sandglass.Tokenization;

/// <summary>The tokens of a model file, as its metadata lists them, before any rule of a tokenizer.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> _ids;

    public Vocabulary(Metadata metadata)
    {
        Metadata = metadata;
        string[]? texts = metadata.Strings("tokenizer.ggml.tokens");
        if (texts is null) BadVocabulary.MissingList(metadata.File, "tokenizer.ggml.tokens");
        if (texts.Length == 0) BadVocabulary.Empty(metadata.File);

        Texts = (string[])texts.Clone();
        _ids = new Dictionary<string, int>(Texts.Length);
        for (int id = 0; id < Texts.Length; id++)
        {
            if (Texts[id].Length == 0) Texts[id] = $"[EMPTY_{id}]";     // as in the reference; an empty string would match everywhere
            _ids[Texts[id]] = id;                                       // of equal strings, encoding gives the last
        }
        Kinds = ReadKinds();
    }

    /// <summary>The metadata this was read from.</summary>
    public Metadata Metadata { get; }

    /// <summary>The string of each token, by id; none is empty.</summary>
    public string[] Texts { get; }

    /// <summary>The kind of each token.</summary>
    public TokenKind[] Kinds { get; }

    public int Size => Texts.Length;

    /// <summary>Whether the file has a chat template.</summary>
    public bool HasChatTemplate => Metadata.Values.ContainsKey("tokenizer.chat_template");

    /// <summary>Looks up ids by a part of a larger string.</summary>
    public Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Lookup => _ids.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The id of a token's string, or null.</summary>
    public int? Find(string text) => _ids.TryGetValue(text, out int id) ? id : null;

    /// <summary>What is doubtful about the vocabulary but does not prevent its use.</summary>
    public List<string> Doubts { get; } = [];

    /// <summary>
    /// The id that the file gives for a key. Where there is none, or one outside the vocabulary: <paramref name="otherwise"/>, if that is a valid id.
    /// </summary>
    public int? Id(string key, int? otherwise = null)
    {
        int? standIn = otherwise < Size ? otherwise : null;
        if (!Metadata.Values.TryGetValue(key, out object? value)) return standIn;
        if (Metadata.AsInteger(value) is long id && id >= 0 && id < Size) return (int)id;
        Doubts.Add($"{key} names none of the {Size} tokens; {(standIn is null ? "it is left out" : $"token {standIn} stands in for it")}");
        return standIn;
    }

    /// <summary>Refuses an id outside the vocabulary, for a token that is added to each text.</summary>
    public void RequireId(string key)
    {
        if (Metadata.Integer(key) is long id && (id < 0 || id >= Size)) BadVocabulary.IdOutOfRange(Metadata.File, key, Size, id);
    }

    private TokenKind[] ReadKinds()
    {
        const string Key = "tokenizer.ggml.token_type";
        TokenKind[] kinds = new TokenKind[Size];
        Array.Fill(kinds, TokenKind.Normal);
        if (!Metadata.Values.TryGetValue(Key, out object? value)) return kinds;

        if (value is Array list && list.Length != Size) BadVocabulary.Length(Metadata.File, Key, Size, list.Length);
        int[]? narrow = value as int[];     // the type that nearly every file has
        long[]? wide = narrow is null ? Metadata.Integers(Key) : null;
        for (int id = 0; id < Size; id++)
        {
            long kind = narrow is null ? wide![id] : narrow[id];
            kinds[id] = kind is >= 0 and <= (int)TokenKind.Byte ? (TokenKind)kind : TokenKind.Undefined;
        }
        return kinds;
    }
}
