namespace Sandglass.Transformer;

/// <summary>x += attention(norm(x)) + feedForward(norm(x)): both parts read the same normed tokens. Source: Wang and Komatsuzaki 2021, GPT-J.</summary>
internal sealed class Parallel : Block
{
    public required Norm Norm { get; init; }

    public override void Run(RunState state, int layer)
    {
        Norm.Run(state, state.X, state.Normed);
        Attention.Run(state, layer, state.X, add: true);
        FeedForward.Run(state, state.X, add: true);
    }
}
