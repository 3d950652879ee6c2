using Sandglass.ModelFiles;

namespace Sandglass.Generation;

/// <summary>What the steps of a traced text take in memory, and may take.</summary>
/// <param name="watched">What is told.</param>
/// <param name="shape">The model's.</param>
/// <param name="seen">Positions that a token sees at most: the window and its sinks; the context without one.</param>
internal sealed class TraceMemory(TraceOptions watched, Hyperparameters shape, long seen)
{
    /// <summary>What a step takes beside lists and maps, about.</summary>
    public const long Rest = 4096;

    /// <summary>What a candidate takes.</summary>
    public const long Candidate = 32;

    private const long MostWaitingUsually = 16 << 20;

    private readonly int _heads = shape.HeadsByLayer.Max();

    /// <summary>A text rests when its unread steps take as much.</summary>
    public long MostWaiting => watched.MostStepBytes ?? MostWaitingUsually;

    private bool WatchesAttention => watched is not { Attention: TracedAttention.None, Heads.Count: 0 };

    /// <summary>What a token's step takes of what was asked for: of all but the means, which come unasked.</summary>
    /// <param name="positions">Of the text.</param>
    public long AskedBytes(long positions) =>
        Rest + (watched.Candidates + watched.Asked.Count) * Candidate
        + Math.Min(positions, seen) * ((watched.Attention == TracedAttention.All ? shape.Layers : 0) + (long)watched.Heads.Count * sizeof(float))
        + (watched.Logits ? (long)shape.VocabularySize * sizeof(float) : 0);

    /// <summary>How many tokens may be chosen in one pass, so that their steps, and the weights of a layer that these are made from, take no more than may
    /// wait; one whatever it takes.</summary>
    /// <param name="positions">Of the text.</param>
    public int MostPerPass(long positions)
    {
        long attention = WatchesAttention ? Math.Min(positions, seen) * (shape.Layers + (long)_heads * sizeof(float)) : 0;
        return (int)Math.Max(1, MostWaiting / (AskedBytes(positions) + attention));
    }
}
