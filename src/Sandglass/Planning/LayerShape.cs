namespace Sandglass.Planning;

/// <summary>One layer of a model.</summary>
/// <param name="Attention">Its attention.</param>
/// <param name="FeedForward">Its feed-forward part.</param>
public sealed record LayerShape(AttentionShape Attention, FeedForwardShape FeedForward)
{
    /// <summary>Values of its norms and biases, those of all experts included.</summary>
    public long VectorValues { get; init; }
}
