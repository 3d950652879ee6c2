using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Applies the activation of a feed-forward part to each token, and makes its blocks for the product that follows.</summary>
internal sealed unsafe class ActivationStep(WorkerPool pool) : TokenJob(pool)
{
    private Activation _activation;
    private TokenBuffer _gate = null!;
    private TokenBuffer? _up;
    private int _tokens;

    /// <param name="gate">Overwritten.</param>
    /// <param name="up">What the activated gate is multiplied with; null in a part without gate, whose activation is GELU.</param>
    public void Run(Activation activation, TokenBuffer gate, TokenBuffer? up, int tokens)
    {
        (_activation, _gate, _up, _tokens) = (activation, gate, up, tokens);
        Run(tokens, 2 * gate.Columns);
    }

    protected override void DoToken(int token)
    {
        if (_up is null) Gelu.Apply(_gate.Row(token), _gate.Columns);
        else GatedActivation.Apply(_activation, _gate.Row(token), _up.Row(token), _gate.Columns);
        _gate.Quantize(token, _tokens);
    }
}
