using Sandglass.ModelFiles;

namespace Sandglass.Cli;

/// <summary>A special token and its role.</summary>
internal sealed record NamedToken(string Role, long Id, string? Piece);

/// <summary>What a file says about its vocabulary, whether or not there is a tokenizer for it here.</summary>
internal sealed record VocabularyFacts(
    int Size, string? Kind, string? PreTokenizer, bool? AddsBos, bool HasScores, int Merges, string? ChatTemplate, IReadOnlyList<NamedToken> Named)
{
    private static readonly (string Key, string Role)[] Roles =
    [
        ("bos", "begin"), ("eos", "end"), ("eot", "end of turn"), ("eom", "end of message"),
        ("unknown", "unknown"), ("padding", "padding"), ("seperator", "separator"), ("mask", "mask"),
    ];

    /// <summary>Null where the file has no vocabulary.</summary>
    /// <param name="metadata">The file's.</param>
    /// <param name="oddities">Where an entry of another kind is noted; it then counts as absent, and the others are read.</param>
    public static VocabularyFacts? Of(Metadata metadata, Oddities oddities)
    {
        string[]? tokens = oddities.Try(() => metadata.Strings("tokenizer.ggml.tokens"));
        if (tokens is null) return null;

        List<NamedToken> named = [];
        foreach ((string key, string role) in Roles)
        {
            if (oddities.Try(() => metadata.Integer($"tokenizer.ggml.{key}_token_id")) is not long id) continue;
            named.Add(new NamedToken(role, id, id >= 0 && id < tokens.Length ? tokens[id] : null));
        }
        return new VocabularyFacts(
            tokens.Length,
            oddities.Try(() => metadata.String("tokenizer.ggml.model")),
            oddities.Try(() => metadata.String("tokenizer.ggml.pre")),
            oddities.Try(() => metadata.Bool("tokenizer.ggml.add_bos_token")),
            metadata.Values.ContainsKey("tokenizer.ggml.scores"),
            oddities.Try(() => metadata.Strings("tokenizer.ggml.merges"))?.Length ?? 0,
            oddities.Try(() => metadata.String("tokenizer.chat_template")),
            named);
    }

    /// <summary>The kind in words.</summary>
    public string KindInWords => Kind switch
    {
        null => "of a kind that the file does not name",
        "llama" => "SentencePiece BPE (llama)",
        "gpt2" => "byte-level BPE (gpt2)",
        "bert" => "WordPiece (bert)",
        "t5" => "SentencePiece unigram (t5)",
        "rwkv" => "RWKV",
        _ => Kind,
    };
}
