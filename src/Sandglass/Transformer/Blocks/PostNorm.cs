namespace Sandglass.Transformer;

/// <summary>x += norm(attention(norm(x))); x += norm(feedForward(norm(x))).</summary>
internal sealed class PostNorm : Block
{
    public required Norm AttentionNorm { get; init; }

    public required Norm AfterAttentionNorm { get; init; }

    public required Norm FeedForwardNorm { get; init; }

    public required Norm AfterFeedForwardNorm { get; init; }

    public override void Run(RunState state, int layer)
    {
        AttentionNorm.Run(state, state.X, state.Normed);
        Attention.Run(state, layer, state.Part, add: false);
        AfterAttentionNorm.AddTo(state, state.X, state.Part);

        FeedForwardNorm.Run(state, state.X, state.Normed);
        FeedForward.Run(state, state.Part, add: false);
        AfterFeedForwardNorm.AddTo(state, state.X, state.Part);
    }
}
