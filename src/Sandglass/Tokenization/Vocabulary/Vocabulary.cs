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
            if (Texts[id].Length == 0) Texts[id] = $"[EMPTY_{id}]";     // as the reference names them; an empty text would match everywhere
            _ids[Texts[id]] = id;                                       // of two equal texts the last is the one that encoding gives
        }
        Kinds = ReadKinds();
    }

    /// <summary>The metadata this was read from.</summary>
    public Metadata Metadata { get; }

    /// <summary>The tokens' own strings, by id; none is empty.</summary>
    public string[] Texts { get; }

    /// <summary>What each token is.</summary>
    public TokenKind[] Kinds { get; }

    public int Size => Texts.Length;

    /// <summary>Finds ids by text that lies in a larger one.</summary>
    public Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Lookup => _ids.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The id of a token's string, or null.</summary>
    public int? Find(string text) => _ids.TryGetValue(text, out int id) ? id : null;

    /// <summary>The id that the file names under a key, <paramref name="otherwise"/> where it names none (and that is an id at all).</summary>
    public int? Id(string key, int? otherwise = null)
    {
        if (Metadata.Integer(key) is not long id) return otherwise < Size ? otherwise : null;
        if (id < 0 || id >= Size) BadVocabulary.IdOutOfRange(Metadata.File, key, Size, id);
        return (int)id;
    }

    private TokenKind[] ReadKinds()
    {
        const string Key = "tokenizer.ggml.token_type";
        TokenKind[] kinds = new TokenKind[Size];
        Array.Fill(kinds, TokenKind.Normal);
        if (!Metadata.Values.TryGetValue(Key, out object? value)) return kinds;

        // nearly every file stores int; the detour over boxed numbers is for the others
        int[]? narrow = value as int[];
        long[]? wide = narrow is null ? Metadata.Integers(Key) : null;
        int length = narrow?.Length ?? wide!.Length;
        if (length != Size) BadVocabulary.Length(Metadata.File, Key, Size, length);
        for (int id = 0; id < Size; id++)
        {
            long kind = narrow is null ? wide![id] : narrow[id];
            kinds[id] = kind is >= 0 and <= (int)TokenKind.Byte ? (TokenKind)kind : TokenKind.Undefined;
        }
        return kinds;
    }
}
