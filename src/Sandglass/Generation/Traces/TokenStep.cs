using Sandglass.Sampling;

namespace Sandglass.Generation;

/// <summary>A token was chosen.</summary>
public sealed record TokenStep : TraceStep
{
    /// <summary>The token, with the explanation of the chain.</summary>
    public required GeneratedToken Token { get; init; }

    /// <summary>Its position in the text, prompt included.</summary>
    public required int Position { get; init; }

    /// <summary>Which pass of the text through the model gave its logits, from 1: tokens that were guessed ahead and held share one.</summary>
    public required int Pass { get; init; }

    /// <summary>The likeliest tokens of the model's own distribution, likeliest first, whatever became of them.</summary>
    public required IReadOnlyList<TraceCandidate> Candidates { get; init; }

    /// <summary>The probability of all <see cref="Candidates"/> together in that distribution.</summary>
    public required double Coverage { get; init; }

    /// <summary>The chosen token, then those that <see cref="TraceOptions.Asked"/> named, in that order.</summary>
    public required IReadOnlyList<TraceCandidate> Asked { get; init; }

    /// <summary>[vocabulary], before any stage; empty unless asked for.</summary>
    public ReadOnlyMemory<float> Logits { get; init; }

    /// <summary>What the query of the token before it attended to: the one whose logits these are. Null unless asked for.</summary>
    public TraceAttention? Attention { get; init; }

    /// <summary>The cache after the pass.</summary>
    public required TraceCache Cache { get; init; }

    /// <summary>What the pass cost; null where a step before told it: a piece that was read, or an earlier token of the same pass.</summary>
    public TraceCost? Cost { get; init; }

    /// <summary>What was guessed in this pass, for the first token of one; empty where nothing was. Guesses that no later token of the pass confirms were
    /// refused.</summary>
    public IReadOnlyList<int> Drafted { get; init; } = [];

    /// <summary>Whether this token was guessed, and held.</summary>
    public bool IsDraft { get; init; }

    internal override long Bytes => TraceMemory.Rest + (Candidates.Count + Asked.Count) * TraceMemory.Candidate + (long)Logits.Length * sizeof(float)
        + (Attention?.Bytes ?? 0) + Cache.Pages.Length * sizeof(char);
}
