using Sandglass.ModelFiles;

namespace Sandglass.Transformer;

/// <summary>What an architecture, or the parts that all of them share, cannot do or cannot do without; checked on the metadata alone, before any weight is read.</summary>
internal static class Requirements
{
    private const int MaxWidth = 1 << 24;   // as Hyperparameters bounds each width: heads times their width must not wrap around

    /// <exception cref="ModelFileException">What is asked for or missing, by name.</exception>
    public static void Check(Architecture architecture, Hyperparameters shape, Metadata metadata)
    {
        ArchitectureMetadata entries = new(metadata);
        if (shape.Experts > 0 && !architecture.MayHaveExperts)
        {
            string expected = $"0, since {architecture.Name} runs without experts";
            throw new ModelFileException("experts-unsupported", metadata.File, $"metadata {shape.Architecture}.expert_count", expected, $"{shape.Experts}");
        }
        CheckNorms(architecture, shape, entries);
        CheckFeedForward(shape, entries);
        CheckAttention(shape, entries);
        CheckRope(architecture, shape, entries);
    }

    private static void CheckNorms(Architecture architecture, Hyperparameters shape, ArchitectureMetadata entries)
    {
        string key = architecture.HasLayerNorms ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon";
        if ((architecture.HasLayerNorms ? shape.LayerNormEpsilon : shape.RmsEpsilon) == 0) entries.NotPositive(key, "a number above 0");
    }

    private static void CheckFeedForward(Hyperparameters shape, ArchitectureMetadata entries)
    {
        if (shape.Experts > 0 && shape.ExpertsUsed == 0) entries.NotPositive("expert_used_count", "a whole number above 0");
        if (shape.FeedForwardWidthByLayer.Contains(0)) entries.NotPositive("feed_forward_length", "a whole number above 0 for each layer");
        if (shape.FeedForwardWidthByLayer.Distinct().Count() > 1) entries.Refuse<int>("feed_forward_length", "the same in each layer", "layers that differ");
    }

    private static void CheckAttention(Hyperparameters shape, ArchitectureMetadata entries)
    {
        if (shape.HeadsByLayer.Contains(0)) entries.Refuse<int>("attention.head_count", "at least 1 in each layer", "0");
        if (shape.KeyValueHeadsByLayer.Contains(0)) entries.Refuse<int>("attention.head_count_kv", "at least 1 in each layer", "0");
        if (!shape.LayersAreAlike) entries.Refuse<int>("attention.head_count", "the same heads in each layer", "layers that differ");
        if ((long)shape.Heads * shape.KeyHeadDim > MaxWidth)
            entries.Refuse<int>("attention.key_length", $"{shape.Heads} heads of at most {MaxWidth} values together", $"{shape.KeyHeadDim} each");
        if ((long)shape.Heads * shape.ValueHeadDim > MaxWidth)
            entries.Refuse<int>("attention.value_length", $"{shape.Heads} heads of at most {MaxWidth} values together", $"{shape.ValueHeadDim} each");
    }

    private static void CheckRope(Architecture architecture, Hyperparameters shape, ArchitectureMetadata entries)
    {
        int rotated = shape.RopeDimensions, all = shape.KeyHeadDim;
        if (shape.RopeBase < 1) entries.Refuse<int>("rope.freq_base", "at least 1", $"{shape.RopeBase}");
        if (shape.RopeScaling.Kind == RopeScalingKind.LongRope)
            entries.Refuse<int>("rope.scaling.type", "none, linear or yarn", "longrope, which does not run yet");
        if (rotated != all && !architecture.HasPartialRope) entries.Refuse<int>("rope.dimension_count", $"{all}, all values of a head", $"{rotated}");
        if (rotated % 2 != 0 || rotated == 0) entries.Refuse<int>("rope.dimension_count", "an even number above 0, since values are rotated in pairs", $"{rotated}");
    }
}
