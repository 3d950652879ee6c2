using Sandglass.ModelFiles;

namespace Sandglass.Transformer;

/// <summary>What an architecture, or the parts that all of them share, cannot do or cannot do without; checked on the metadata alone, before any weight is
/// read.</summary>
internal static class Requirements
{
    private const int MaxWidth = 1 << 24;   // as Hyperparameters bounds each width: heads times their width must not wrap around

    // values of expert_gating_func; 0 where the file leaves it to the architecture
    private const int Softmax = 1;
    private const int Sigmoid = 2;

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
        if (architecture.HasLatentAttention) CheckLatent(shape, entries);
    }

    private static void CheckNorms(Architecture architecture, Hyperparameters shape, ArchitectureMetadata entries)
    {
        string key = architecture.HasLayerNorms ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon";
        if ((architecture.HasLayerNorms ? shape.LayerNormEpsilon : shape.RmsEpsilon) == 0) entries.NotPositive(key, "a number above 0");
    }

    private static void CheckFeedForward(Hyperparameters shape, ArchitectureMetadata entries)
    {
        if (shape.Experts > 0 && shape.ExpertsUsed == 0) entries.NotPositive("expert_used_count", "a whole number above 0");
        if (entries.Int("expert_gating_func", 0, int.MaxValue) is > Softmax and int gating)
            entries.Refuse<int>("expert_gating_func", "1, softmax", gating == Sigmoid ? "2, sigmoid, which does not run yet" : $"{gating}");
        if (entries.Int("expert_group_count", 0, int.MaxValue) is > 1 and int groups)
            entries.Refuse<int>("expert_group_count", "at most 1, since experts in groups do not run yet", $"{groups}");
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

    /// <summary>Keys are a latent vector beside what is rotated, values that latent vector: of one head, which all queries share.</summary>
    private static void CheckLatent(Hyperparameters shape, ArchitectureMetadata entries)
    {
        int latent = entries.Required("attention.kv_lora_rank", 1, MaxWidth), rope = shape.RopeDimensions;
        int key = entries.Required("attention.key_length_mla", 1, MaxWidth), value = entries.Required("attention.value_length_mla", 1, MaxWidth);
        if (shape.KeyValueHeads != 1)
            entries.Refuse<int>("attention.head_count_kv", "1, the latent vector of all heads; convert older files again", $"{shape.KeyValueHeads}");
        if (shape.KeyHeadDim != latent + rope)
            entries.Refuse<int>("attention.key_length", $"{latent + rope}, a latent vector of {latent} and {rope} rotated values", $"{shape.KeyHeadDim}");
        if (shape.ValueHeadDim != latent) entries.Refuse<int>("attention.value_length", $"{latent}, the latent vector", $"{shape.ValueHeadDim}");
        if (key <= rope) entries.Refuse<int>("attention.key_length_mla", $"more than the {rope} rotated values", $"{key}");
        if ((long)shape.Heads * Math.Max(key, value) > MaxWidth)
            entries.Refuse<int>("attention.key_length_mla", $"{shape.Heads} heads of at most {MaxWidth} values", $"{Math.Max(key, value)} each");
        if (shape.RopeScaling.Kind == RopeScalingKind.Yarn)
            entries.Refuse<int>("rope.scaling.type", "none or linear", "yarn, whose factor on the scores of latent attention (mscale) does not run yet");
    }

    private static void CheckRope(Architecture architecture, Hyperparameters shape, ArchitectureMetadata entries)
    {
        int rotated = shape.RopeDimensions, all = shape.KeyHeadDim;
        if (shape.RopeBase < 1) entries.Refuse<int>("rope.freq_base", "at least 1", $"{shape.RopeBase}");
        if (shape.RopeScaling.Kind == RopeScalingKind.LongRope)
            entries.Refuse<int>("rope.scaling.type", "none, linear or yarn", "longrope, which does not run yet");
        if (rotated != all && !architecture.HasPartialRope) entries.Refuse<int>("rope.dimension_count", $"{all}, all values of a head", $"{rotated}");
        if (rotated % 2 != 0 || rotated == 0)
            entries.Refuse<int>("rope.dimension_count", "an even number above 0, since values are rotated in pairs", $"{rotated}");
    }
}
