using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>
/// The feed-forward part of a block: gated, down(activation(gate(x)) * up(x)), or without gate, down(gelu(up(x))).
/// Sources: Vaswani et al. 2017; Shazeer 2020, "GLU variants improve transformer".
/// </summary>
internal sealed unsafe class FeedForward
{
    /// <summary>Of the gate; without one it is GELU in its form with tanh.</summary>
    public Activation Activation { get; init; }

    /// <summary>[ffnWidth, width]; null for a part without gate.</summary>
    public Linear? Gate { get; init; }

    /// <summary>[ffnWidth, width]</summary>
    public required Linear Up { get; init; }

    /// <summary>[width, ffnWidth]</summary>
    public required Linear Down { get; init; }

    /// <summary>Multiply-adds of one token.</summary>
    public long MultiplyAdds => (Gate?.MultiplyAdds ?? 0) + Up.MultiplyAdds + Down.MultiplyAdds;

    /// <summary>Of the normed tokens, into a buffer or added to it.</summary>
    /// <param name="to">[token, width]</param>
    public void Run(RunState state, TokenBuffer to, bool add)
    {
        int tokens = state.Batch.Tokens;
        Activations x = state.Normed.Input(tokens), gated = state.Gate.Input(tokens);
        if (Gate is null)
        {
            state.MatMul.Run(x, Up.To(state.Gate));
            state.Activation.Run(Activation, state.Gate, up: null, tokens);
        }
        else if (Down.Weights.InIntegers(gated) && GatedProduct.CanDo(x, Gate.Weights, Up.Weights, gated))
        {
            state.GatedProduct.Run(Activation, x, Gate.Weights, Gate.Bias, Up.Weights, Up.Bias, gated);
        }
        else
        {
            state.MatMul.Run(x, Gate.To(state.Gate), Up.To(state.Up));
            state.Activation.Run(Activation, state.Gate, state.Up, tokens);
        }
        state.MatMul.Run(gated, Down.To(to, add));
    }
}
