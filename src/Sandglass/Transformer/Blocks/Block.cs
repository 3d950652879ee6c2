namespace Sandglass.Transformer;

/// <summary>One layer: attention and a feed-forward part, each of which adds to the residual stream. Block shapes differ in where the norms are.</summary>
internal abstract class Block
{
    public required AttentionPart Attention { get; init; }

    public required IFeedForward FeedForward { get; init; }

    /// <summary>Takes the batch through the layer.</summary>
    public abstract void Run(RunState state, int layer);
}
