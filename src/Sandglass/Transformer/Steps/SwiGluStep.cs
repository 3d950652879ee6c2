using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>The gated activation of each token, made ready for the product that follows.</summary>
internal sealed unsafe class SwiGluStep(WorkerPool pool) : TokenJob(pool)
{
    private TokenBuffer _gate = null!, _up = null!;
    private int _tokens;

    public void Run(TokenBuffer gate, TokenBuffer up, int tokens)
    {
        (_gate, _up, _tokens) = (gate, up, tokens);
        Run(tokens, 2 * gate.Columns);
    }

    protected override void DoToken(int token)
    {
        SwiGlu.Apply(_gate.Row(token), _up.Row(token), _gate.Columns);
        _gate.Quantize(token, _tokens);
    }
}
