namespace Sandglass.Transformer;

/// <summary>x += attention(norm(x)); x += feedForward(norm(x)).</summary>
internal sealed class PreNorm : Block
{
    public required Norm AttentionNorm { get; init; }

    public required Norm FeedForwardNorm { get; init; }

    public override void Run(RunState state, int layer)
    {
        AttentionNorm.Run(state, state.X, state.Normed);
        Attention.Run(state, layer, state.X, add: true);

        FeedForwardNorm.Run(state, state.X, state.Normed);
        FeedForward.Run(state, state.X, add: true);
    }
}
