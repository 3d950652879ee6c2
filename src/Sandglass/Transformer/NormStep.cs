using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Normalises each token and makes it ready for the products that follow.</summary>
internal sealed unsafe class NormStep(WorkerPool pool) : TokenJob(pool)
{
    private TokenBuffer _x = null!, _to = null!;
    private Vector _weight = null!;
    private float _epsilon;
    private int _from, _tokens;

    /// <param name="from">The first token; it and those after it go to the start of <paramref name="to"/>.</param>
    public void Run(TokenBuffer x, int from, int tokens, Vector weight, float epsilon, TokenBuffer to)
    {
        (_x, _from, _tokens, _weight, _epsilon, _to) = (x, from, tokens, weight, epsilon, to);
        Run(tokens);
    }

    protected override void DoToken(int token)
    {
        RmsNorm.Apply(_x.Row(_from + token), _weight.Values, _epsilon, _x.Columns, _to.Row(token));
        _to.Quantize(token, _tokens);
    }
}
