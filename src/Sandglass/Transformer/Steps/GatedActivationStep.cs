using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Applies the gated activation to each token, and makes its blocks for the product that follows.</summary>
internal sealed unsafe class GatedActivationStep(WorkerPool pool) : TokenJob(pool)
{
    private Activation _activation;
    private TokenBuffer _gate = null!, _up = null!;
    private int _tokens;

    public void Run(Activation activation, TokenBuffer gate, TokenBuffer up, int tokens)
    {
        (_activation, _gate, _up, _tokens) = (activation, gate, up, tokens);
        Run(tokens, 2 * gate.Columns);
    }

    protected override void DoToken(int token)
    {
        GatedActivation.Apply(_activation, _gate.Row(token), _up.Row(token), _gate.Columns);
        _gate.Quantize(token, _tokens);
    }
}
