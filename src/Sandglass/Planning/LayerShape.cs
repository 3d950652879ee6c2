namespace Sandglass.Planning;

/// <summary>One layer of a model.</summary>
/// <param name="Attention">Its attention.</param>
/// <param name="FeedForward">Its feed-forward part.</param>
public sealed record LayerShape(AttentionShape Attention, FeedForwardShape FeedForward)
{
    /// <summary>Values of its norms and biases, those of all experts included.</summary>
    public long VectorValues { get; init; }

    /// <summary>Of them, the biases inside of all experts.</summary>
    internal long ExpertVectorValues { get; init; }

    /// <summary>Values of the norms and biases that a token goes through.</summary>
    internal long ActiveVectorValues => FeedForward.Experts == 0 ? VectorValues
        : VectorValues - ExpertVectorValues / FeedForward.Experts * (FeedForward.Experts - FeedForward.ExpertsUsed);
}
