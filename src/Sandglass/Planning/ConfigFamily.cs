namespace Sandglass.Planning;

/// <summary>What a <c>model_type</c> implies and its <c>config.json</c> does not say.</summary>
internal sealed record ConfigFamily
{
    /// <summary>A model built like Llama: two norms a layer.</summary>
    public static readonly ConfigFamily Plain = new();

    /// <summary>Which layers have a window.</summary>
    public WindowPattern Windows { get; init; }

    /// <summary>Of a repeated pattern: after how many layers one sees all.</summary>
    public int Every { get; init; } = 2;

    /// <summary>Norms of the model's width in a layer.</summary>
    public int Norms { get; init; } = 2;

    /// <summary>Whether norms have biases.</summary>
    public bool HasLayerNorms { get; init; }

    /// <summary>Whether each head of queries and keys is normed.</summary>
    public bool HasHeadNorms { get; init; }

    /// <summary>Whether queries, keys and values have biases without being asked for.</summary>
    public bool HasInputBiases { get; init; }

    /// <summary>Whether attention's output has one too, and the feed-forward part, its router included.</summary>
    public bool HasAllBiases { get; init; }

    /// <summary>Whether each head has an attention sink of its own, one value.</summary>
    public bool HasSinks { get; init; }

    /// <summary>Whether the embedding is the output too unless the file says otherwise.</summary>
    public bool IsTied { get; init; }

    /// <summary>What holds where the file leaves it out.</summary>
    public int? Heads { get; init; }

    /// <inheritdoc cref="Heads"/>
    public int? KeyValueHeads { get; init; }

    /// <inheritdoc cref="Heads"/>
    public int? HeadDim { get; init; }

    /// <inheritdoc cref="Heads"/>
    public int? Vocabulary { get; init; }

    /// <inheritdoc cref="Heads"/>
    public int? Context { get; init; }

    /// <summary>The family of a <c>model_type</c>; null where it is not known.</summary>
    public static ConfigFamily? Of(string type) => type switch
    {
        "smollm3" => Plain with { IsTied = true },
        "llama" or "granite" or "olmo2" or "deepseek_v2" or "deepseek_v3" => Plain,
        "mistral" or "mixtral" or "phi3" => Plain with { Windows = WindowPattern.All },
        "qwen2" => Plain with { Windows = WindowPattern.Asked, HasInputBiases = true },
        "qwen3" or "qwen3_moe" => Plain with { Windows = WindowPattern.Asked, HasHeadNorms = true },
        "gemma2" => Plain with { Windows = WindowPattern.Repeated, Norms = 4, IsTied = true, HeadDim = 256 },
        "gemma3" or "gemma3_text" => Plain with
        {
            Windows = WindowPattern.Repeated,
            Every = 6,
            Norms = 4,
            HasHeadNorms = true,
            IsTied = true,
            Heads = 8,
            KeyValueHeads = 4,
            HeadDim = 256,
            Vocabulary = 262_208,
            Context = 131_072,
        },
        "llama4" or "llama4_text" => Plain with { Windows = WindowPattern.Repeated, Every = 4 },
        "gpt_oss" => Plain with { Windows = WindowPattern.Repeated, HasInputBiases = true, HasAllBiases = true, HasSinks = true },
        "cohere2" => Plain with { Windows = WindowPattern.Repeated, Every = 4, Norms = 1, IsTied = true },
        "phi" => Plain with { Norms = 1, HasLayerNorms = true, HasInputBiases = true, HasAllBiases = true },
        _ => null,
    };

    /// <summary>A layer of these parts, with the norms and biases that the family gives it.</summary>
    public LayerShape Layer(ConfigFields fields, int width, AttentionShape attention, FeedForwardShape feedForward)
    {
        // biases of gate, up and down
        long inside = HasAllBiases ? (feedForward.IsGated ? 2 : 1) * (long)feedForward.Width + width : 0;
        return new LayerShape(attention, feedForward)
        {
            VectorValues = Vectors(fields, width, attention, feedForward) + inside * Math.Max(1, feedForward.Experts),
            ExpertVectorValues = inside * feedForward.Experts,
        };
    }

    private long Vectors(ConfigFields fields, int width, AttentionShape attention, FeedForwardShape feedForward)
    {
        long queries = (long)attention.Heads * attention.KeyDim, keys = (long)attention.KeyValueHeads * attention.KeyDim;
        long values = (long)attention.KeyValueHeads * attention.ValueDim;
        long sum = (long)Norms * width * (HasLayerNorms ? 2 : 1);
        if (attention.LatentDim > 0) sum += attention.LatentDim + attention.QueryRank;
        if (HasHeadNorms) sum += attention.KeyDim * 2;
        if (HasInputBiases || fields.Flag("attention_bias")) sum += queries + keys + values;
        if (HasAllBiases) sum += width + feedForward.Experts;       // of attention's output and of the router
        if (HasSinks) sum += attention.Heads;
        if (fields.Text("topk_method") == "noaux_tc" && feedForward.Experts > 0) sum += feedForward.Experts;
        return sum;
    }
}
