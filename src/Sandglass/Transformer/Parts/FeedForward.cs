using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>
/// The feed-forward part of a block: gated, down(activation(gate(x)) * up(x)), or without gate, down(gelu(up(x))).
/// Sources: Vaswani et al. 2017; Shazeer 2020, "GLU variants improve transformer".
/// </summary>
internal sealed unsafe class FeedForward : IFeedForward
{
    /// <summary>Of the gate; without one it is GELU in its form with tanh.</summary>
    public Activation Activation { get; init; }

    /// <summary>[ffnWidth, width]; null for a part without gate.</summary>
    public Linear? Gate { get; init; }

    /// <summary>[ffnWidth, width]</summary>
    public required Linear Up { get; init; }

    /// <summary>[width, ffnWidth]</summary>
    public required Linear Down { get; init; }

    public IEnumerable<Linear> Inputs => Gate is null ? [Up] : [Up, Gate];

    public long MultiplyAdds => (Gate?.MultiplyAdds ?? 0) + Up.MultiplyAdds + Down.MultiplyAdds;

    /// <summary>Bytes of its matrices.</summary>
    public long Bytes => (Gate?.Weights.Bytes ?? 0) + Up.Weights.Bytes + Down.Weights.Bytes;

    IEnumerable<FeedForward> IFeedForward.Parts => [this];

    long IFeedForward.IdleBytes => 0;

    public void Run(RunState state, TokenBuffer to, bool add) => Run(state, state.Normed, state.Batch.Tokens, to, add);

    /// <summary>Of some tokens, into a buffer or added to it.</summary>
    /// <param name="input">[token, width], and in blocks for products in integers.</param>
    /// <param name="to">[token, width]</param>
    public void Run(RunState state, TokenBuffer input, int tokens, TokenBuffer to, bool add)
    {
        (TokenBuffer gate, TokenBuffer up) = state.GateAndUp(Up.Weights.Rows);
        Activations x = input.Input(tokens), gated = gate.Input(tokens);
        if (Gate is null)
        {
            state.MatMul.Run(x, Up.To(gate));
            state.Activation.Run(Activation, gate, up: null, tokens);
        }
        else if (Down.Weights.InIntegers(gated) && GatedProduct.CanDo(x, Gate.Weights, Up.Weights, gated))
        {
            state.GatedProduct.Run(Activation, x, Gate.Weights, Gate.Bias, Up.Weights, Up.Bias, gated);
        }
        else
        {
            state.MatMul.Run(x, Gate.To(gate), Up.To(up));
            state.Activation.Run(Activation, gate, up, tokens);
        }
        state.MatMul.Run(gated, Down.To(to, add));
    }
}
