namespace Sandglass.Transformer;

/// <summary>x += norm(attention(norm(x))); x += norm(feedForward(norm(x))). The norms before the parts may be absent.</summary>
internal sealed class PostNorm : Block
{
    /// <summary>Null where attention reads the residual stream as it is.</summary>
    public Norm? AttentionNorm { get; init; }

    public required Norm AfterAttentionNorm { get; init; }

    /// <summary>Null where the feed-forward part reads the residual stream as it is.</summary>
    public Norm? FeedForwardNorm { get; init; }

    public required Norm AfterFeedForwardNorm { get; init; }

    public override void Run(RunState state, int layer)
    {
        Enter(state, AttentionNorm);
        Attention.Run(state, layer, state.Part, add: false);
        AfterAttentionNorm.AddTo(state, state.X, state.Part);

        Enter(state, FeedForwardNorm);
        FeedForward.Run(state, state.Part, add: false);
        AfterFeedForwardNorm.AddTo(state, state.X, state.Part);
    }

    /// <summary>The residual stream, normed if there is a norm, as a part reads it.</summary>
    private static void Enter(RunState state, Norm? norm)
    {
        if (norm is null) state.Copy.Run(state.X, state.Batch.Tokens, state.Normed);
        else norm.Run(state, state.X, state.Normed);
    }
}
