namespace Sandglass.ModelFiles;

/// <summary>How rotary angles are stretched for contexts longer than the one trained on.</summary>
public enum RopeScalingKind
{
    /// <summary>No scaling.</summary>
    None,

    /// <summary>All positions are divided by the factor.</summary>
    Linear,

    /// <summary>YaRN: each frequency is scaled by its own share of the factor (arXiv:2309.00071).</summary>
    Yarn,

    /// <summary>LongRoPE: factors per frequency from tensors of the file (arXiv:2402.13753).</summary>
    LongRope,
}

/// <summary>Rope scaling as the file states it; frequency factors in a tensor (<c>rope_freqs.weight</c>, Llama 3) apply in addition.</summary>
public sealed record RopeScaling
{
    /// <summary>The rule.</summary>
    public required RopeScalingKind Kind { get; init; }

    /// <summary>How many times longer the context becomes; 1 where the file does not say.</summary>
    public float Factor { get; init; } = 1;

    /// <summary>Positions of the context that the frequencies were made for; the file's context length where it says nothing.</summary>
    public required int OriginalContext { get; init; }

    /// <summary>A factor for the length of rotated queries and keys, in addition to the rule's own; 1 where the file does not say.</summary>
    public float AttentionFactor { get; init; } = 1;

    /// <summary>YaRN: the share of extrapolation, from 0 to 1; 1 for YaRN and 0 otherwise where the file does not say.</summary>
    public required float YarnExtFactor { get; init; }

    /// <summary>YaRN: turns within the original context above which a frequency is left alone.</summary>
    public float BetaFast { get; init; } = 32;

    /// <summary>YaRN: turns within the original context below which a frequency is divided by the factor.</summary>
    public float BetaSlow { get; init; } = 1;

    /// <summary>YaRN of DeepSeek: the multiplier of its length correction, <c>mscale_all_dim</c> times 0.1; 0 where the file does not say.</summary>
    public float YarnLogMultiplier { get; init; }

    internal static RopeScaling Read(ArchitectureMetadata entries, int context)
    {
        float? factor = entries.Float("rope.scaling.factor", 0, 1e6) ?? entries.Float("rope.scale_linear", 0, 1e6);   // the second is the older name
        if (factor is null or 0) factor = 1;
        RopeScalingKind kind = entries.String("rope.scaling.type") switch
        {
            null => factor == 1 ? RopeScalingKind.None : RopeScalingKind.Linear,
            "none" => RopeScalingKind.None,
            "linear" => RopeScalingKind.Linear,
            "yarn" => RopeScalingKind.Yarn,
            "longrope" => RopeScalingKind.LongRope,
            string other => entries.Refuse<RopeScalingKind>("rope.scaling.type", "none, linear, yarn or longrope", Fail.Short(other)),
        };
        float? extrapolation = entries.Float("rope.scaling.yarn_ext_factor", -1, 1e6);
        return new RopeScaling
        {
            Kind = kind,
            Factor = factor.Value,
            OriginalContext = entries.Int("rope.scaling.original_context_length", 1, int.MaxValue) ?? context,
            AttentionFactor = entries.Float("rope.scaling.attn_factor", 0, 1e6) ?? 1,
            YarnExtFactor = extrapolation is >= 0 ? extrapolation.Value : kind == RopeScalingKind.Yarn ? 1 : 0,   // negative means: not set
            BetaFast = entries.Float("rope.scaling.yarn_beta_fast", 0, 1e6) ?? 32,
            BetaSlow = entries.Float("rope.scaling.yarn_beta_slow", 0, 1e6) ?? 1,
            YarnLogMultiplier = entries.Float("rope.scaling.yarn_log_multiplier", 0, 1e6) ?? 0,
        };
    }
}
