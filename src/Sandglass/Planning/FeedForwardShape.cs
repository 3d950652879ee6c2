namespace Sandglass.Planning;

/// <summary>The feed-forward part of one layer: one for all tokens, or experts of which each token takes a few.</summary>
public sealed record FeedForwardShape
{
    /// <summary>Values inside; of experts, inside each.</summary>
    public required int Width { get; init; }

    /// <summary>Whether a gate multiplies what is inside: three matrices instead of two.</summary>
    public bool IsGated { get; init; } = true;

    /// <summary>Experts in all; 0 for a dense part.</summary>
    public int Experts { get; init; }

    /// <summary>Experts that each token uses.</summary>
    public int ExpertsUsed { get; init; }

    /// <summary>Values inside the experts that take every token, all together; 0 for none.</summary>
    public int SharedWidth { get; init; }
}
