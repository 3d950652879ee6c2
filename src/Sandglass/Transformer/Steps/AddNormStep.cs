using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Normalises each token's result of a part, and adds it to the residual stream.</summary>
internal sealed unsafe class AddNormStep(WorkerPool pool) : TokenJob(pool)
{
    private TokenBuffer _x = null!, _part = null!;
    private Norm _norm = null!;

    /// <param name="part">Overwritten with what is added.</param>
    public void Run(TokenBuffer x, TokenBuffer part, int tokens, Norm norm)
    {
        (_x, _part, _norm) = (x, part, norm);
        Run(tokens, x.Columns);
    }

    protected override void DoToken(int token)
    {
        float* part = _part.Row(token);
        _norm.Apply(part, _part.Columns, part);
        Residual.Add(_x.Row(token), part, _x.Columns);
    }
}
