using Sandglass.ModelFiles;

namespace Sandglass.Generation;

/// <summary>What a trace tells beside what it always does. Whatever is watched, the text and its bits are the same.</summary>
public sealed record TraceOptions
{
    internal const int MostCandidates = 1000, MostAsked = 100, MostHeads = 1000;

    /// <summary>How many of the likeliest tokens each step lists, 0 to 1000.</summary>
    public int Candidates { get; init; } = 32;

    /// <summary>Tokens whose rank and probability each step tells, however unlikely they are; at most 100.</summary>
    public IReadOnlyList<int> Asked { get; init; } = [];

    /// <summary>What of attention each step brings.</summary>
    public TracedAttention Attention { get; init; } = TracedAttention.Means;

    /// <summary>Heads whose weights come whole, as F32; at most 1000. With any, means come too.</summary>
    public IReadOnlyList<TracedHead> Heads { get; init; } = [];

    /// <summary>Whether each step brings the F32 logits of the whole vocabulary, before any stage of the chain.</summary>
    public bool Logits { get; init; }

    /// <summary>Of a server: what a step may take in memory of what was asked for, means aside; the text rests when its unread steps take as much. Null for no
    /// such limit.</summary>
    internal long? MostStepBytes { get; init; }

    /// <summary>The same with copies of its lists.</summary>
    /// <exception cref="GenerationException">Something is out of its range, or the model has no such token or head.</exception>
    internal TraceOptions Checked(Hyperparameters shape)
    {
        GenerationOptions.Require(Candidates is >= 0 and <= MostCandidates, nameof(Candidates), $"a whole number from 0 to {MostCandidates}", Candidates);
        GenerationOptions.Require(Asked is { Count: <= MostAsked }, nameof(Asked), $"at most {MostAsked} ids", Asked is null ? "null" : $"{Asked.Count}");
        GenerationOptions.Require(Attention is >= TracedAttention.None and <= TracedAttention.All, nameof(Attention), "none, means or all", Attention);
        GenerationOptions.Require(Heads is { Count: <= MostHeads }, nameof(Heads), $"at most {MostHeads} heads", Heads is null ? "null" : $"{Heads.Count}");
        TraceOptions own = this with { Asked = [.. Asked!], Heads = [.. Heads!] };
        foreach (int id in own.Asked)
        {
            bool isToken = id >= 0 && id < shape.VocabularySize;
            GenerationOptions.Require(isToken, nameof(Asked), $"ids from 0 to {shape.VocabularySize - 1}", id);
        }
        foreach ((int layer, int head) in own.Heads)
        {
            bool isHead = layer >= 0 && layer < shape.Layers && head >= 0 && head < shape.HeadsByLayer[layer];
            GenerationOptions.Require(
                isHead, nameof(Heads), $"layers from 0 to {shape.Layers - 1} and heads from 0 to {shape.Heads - 1}", $"layer {layer}, head {head}");
        }
        return own;
    }
}

/// <summary>What of attention a step of a trace brings.</summary>
public enum TracedAttention
{
    /// <summary>Nothing, unless single heads are asked for.</summary>
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
