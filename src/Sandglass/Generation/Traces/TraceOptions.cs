namespace Sandglass.Generation;

/// <summary>What a trace tells beside what it always does. Whatever is watched, the text and its bits are the same.</summary>
public sealed record TraceOptions
{
    private const int MostCandidates = 1000, MostAsked = 100, MostHeads = 1000;

    /// <summary>How many of the likeliest tokens each step lists, 0 to 1000.</summary>
    public int Candidates { get; init; } = 32;

    /// <summary>Tokens whose rank and probability each step tells, however unlikely they are; at most 100.</summary>
    public IReadOnlyList<int> Asked { get; init; } = [];

    /// <summary>What of attention each step brings.</summary>
    public TracedAttention Attention { get; init; } = TracedAttention.Means;

    /// <summary>Heads whose weights come whole, as F32; at most 1000.</summary>
    public IReadOnlyList<TracedHead> Heads { get; init; } = [];

    /// <summary>Whether each step brings the F32 logits of the whole vocabulary, before any stage of the chain.</summary>
    public bool Logits { get; init; }

    internal void Validate()
    {
        GenerationOptions.Require(Candidates is >= 0 and <= MostCandidates, nameof(Candidates), $"a whole number from 0 to {MostCandidates}", Candidates);
        GenerationOptions.Require(Asked is { Count: <= MostAsked }, nameof(Asked), $"at most {MostAsked} ids", Asked is null ? "null" : $"{Asked.Count}");
        GenerationOptions.Require(Enum.IsDefined(Attention), nameof(Attention), "none, means or all", Attention);
        GenerationOptions.Require(Heads is { Count: <= MostHeads }, nameof(Heads), $"at most {MostHeads} heads", Heads is null ? "null" : $"{Heads.Count}");
    }
}

/// <summary>What of attention a step of a trace brings.</summary>
public enum TracedAttention
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The mean over the heads of each layer.</summary>
    Means,

    /// <summary>The mean over the heads of each layer, and the largest.</summary>
    All,
}

/// <summary>A query head.</summary>
/// <param name="Layer">From 0.</param>
/// <param name="Head">Of the layer's query heads, from 0.</param>
public readonly record struct TracedHead(int Layer, int Head);
