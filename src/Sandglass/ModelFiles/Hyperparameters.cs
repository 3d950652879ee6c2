namespace Sandglass.ModelFiles;

/// <summary>The shape of a model, read from its metadata alone.</summary>
/// <remarks>
/// Keys, defaults and their order as llama.cpp reads them (llama-model.cpp, <c>load_hparams</c>). A file of an architecture that does not run is read as
/// well.
/// </remarks>
public sealed record Hyperparameters
{
    private const int MaxLayers = 512;      // as llama-hparams.h
    private const int MaxExperts = 1024;    // as llama-hparams.h
    private const int MaxWidth = 1 << 24;

    /// <summary>The name of the architecture, for instance <c>llama</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The number of blocks between embedding and output.</summary>
    public required int Layers { get; init; }

    /// <summary>Values of the residual stream at each position.</summary>
    public required int Width { get; init; }

    /// <summary>Positions that the model was trained for.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Tokens in the vocabulary; 0 where the file has none.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Query heads of each layer; 0 in layers without attention.</summary>
    public required IReadOnlyList<int> HeadsByLayer { get; init; }

    /// <summary>Key-value heads of each layer.</summary>
    public required IReadOnlyList<int> KeyValueHeadsByLayer { get; init; }

    /// <summary>Values inside each layer's feed-forward part; 0 where the file does not say.</summary>
    public required IReadOnlyList<int> FeedForwardWidthByLayer { get; init; }

    /// <summary>Query heads of the first layer; in most models of all.</summary>
    public int Heads => HeadsByLayer[0];

    /// <summary>Key-value heads of the first layer; equal to <see cref="Heads"/> where the file does not say.</summary>
    public int KeyValueHeads => KeyValueHeadsByLayer[0];

    /// <summary>Values inside the first layer's feed-forward part; 0 where the file does not say.</summary>
    public int FeedForwardWidth => FeedForwardWidthByLayer[0];

    /// <summary>True where all layers have the same heads and the same feed-forward width.</summary>
    public bool LayersAreAlike => Alike(HeadsByLayer) && Alike(KeyValueHeadsByLayer) && Alike(FeedForwardWidthByLayer);

    /// <summary>Values of one query or key head.</summary>
    public required int KeyHeadDim { get; init; }

    /// <summary>Values of one value head.</summary>
    public required int ValueHeadDim { get; init; }

    /// <summary>Added under the root of RMSNorm; 0 where the file does not say.</summary>
    public required float RmsEpsilon { get; init; }

    /// <summary>Added under the root of LayerNorm; 0 where the file does not say.</summary>
    public required float LayerNormEpsilon { get; init; }

    /// <summary>The base of the rotary frequencies.</summary>
    public required float RopeBase { get; init; }

    /// <summary>How many values of a head are rotated.</summary>
    public required int RopeDimensions { get; init; }

    /// <summary>How rotary angles are stretched.</summary>
    public required RopeScaling RopeScaling { get; init; }

    /// <summary>Positions that a sliding-window layer sees; 0 where there is no window.</summary>
    public required int SlidingWindow { get; init; }

    /// <summary>Experts in each feed-forward part; 0 where there are none.</summary>
    public required int Experts { get; init; }

    /// <summary>Experts that each token uses.</summary>
    public required int ExpertsUsed { get; init; }

    /// <summary>Values inside each expert; 0 where the file does not say, and they are as wide as a dense feed-forward part.</summary>
    public required int ExpertWidth { get; init; }

    /// <summary>Reads the shape. <paramref name="tensors"/>, the number of tensors in the file (0 or null: not known), bounds the layers.</summary>
    /// <exception cref="ModelFileException">A number is missing, or no model can have it.</exception>
    public static Hyperparameters Read(Metadata metadata, int? tensors = null)
    {
        ArchitectureMetadata entries = new(metadata);
        int context = entries.Required("context_length", 1, int.MaxValue);
        int width = entries.Required("embedding_length", 1, MaxWidth);
        int layers = entries.Required("block_count", 1, MaxLayers);
        if (tensors > 0 && layers > tensors) entries.Refuse<int>("block_count", $"at most {tensors}, the number of tensors in the file", $"{layers}");
        int experts = entries.Int("expert_count", 0, MaxExperts) ?? 0;

        // only state-space models write 0 heads
        int leastHeads = entries.AnyBelow("ssm.") || entries.AnyBelow("wkv.") ? 0 : 1;
        bool list = metadata.Values.GetValueOrDefault($"{entries.Architecture}.attention.head_count") is Array;   // hybrids have 0 in layers without attention
        int[] heads = entries.ByLayer("attention.head_count", layers, list ? 0 : leastHeads, MaxWidth)
            ?? (leastHeads == 0 ? new int[layers] : entries.Missing<int[]>("attention.head_count", "a whole number"));
        int[] keyValueHeads = entries.ByLayer("attention.head_count_kv", layers, 0, MaxWidth) ?? heads;
        for (int i = 0; i < layers; i++)
        {
            bool paired = keyValueHeads[i] == 0 ? heads[i] == 0 || leastHeads == 0 || list : heads[i] % keyValueHeads[i] == 0;
            if (!paired) entries.Refuse<int>("attention.head_count_kv", $"a divisor of the {heads[i]} query heads", $"{keyValueHeads[i]}");
        }

        int headDim = heads[0] == 0 ? 0 : width / heads[0];
        int keyHeadDim = entries.Int("attention.key_length", 1, MaxWidth) ?? headDim;
        if (heads[0] > 0 && keyHeadDim == 0) entries.Refuse<int>("attention.head_count", $"at most {width}, the width", $"{heads[0]}");
        return new Hyperparameters
        {
            Architecture = entries.Architecture,
            Layers = layers,
            Width = width,
            ContextLength = context,
            VocabularySize = metadata.Strings("tokenizer.ggml.tokens")?.Length ?? entries.Int("vocab_size", 1, int.MaxValue) ?? 0,
            HeadsByLayer = heads,
            KeyValueHeadsByLayer = keyValueHeads,
            FeedForwardWidthByLayer = entries.ByLayer("feed_forward_length", layers, 0, MaxWidth) ?? new int[layers],
            KeyHeadDim = keyHeadDim,
            ValueHeadDim = entries.Int("attention.value_length", 1, MaxWidth) ?? headDim,
            RmsEpsilon = entries.Float("attention.layer_norm_rms_epsilon", 0, 1) ?? 0,
            LayerNormEpsilon = entries.Float("attention.layer_norm_epsilon", 0, 1) ?? 0,
            RopeBase = entries.Float("rope.freq_base", 0, 1e12) ?? 10000,
            RopeDimensions = entries.Int("rope.dimension_count", 0, keyHeadDim == 0 ? MaxWidth : keyHeadDim) ?? keyHeadDim,
            RopeScaling = RopeScaling.Read(entries, context),
            SlidingWindow = entries.Int("attention.sliding_window", 0, int.MaxValue) ?? 0,
            Experts = experts,
            ExpertsUsed = entries.Int("expert_used_count", experts > 0 ? 1 : 0, experts) ?? 0,
            ExpertWidth = entries.Int("expert_feed_forward_length", 0, MaxWidth) ?? 0,
        };
    }

    private static bool Alike(IReadOnlyList<int> values) => values.All(value => value == values[0]);
}
