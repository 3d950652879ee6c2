using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Normalises each token, and makes its blocks for the products that follow.</summary>
internal sealed unsafe class NormStep(WorkerPool pool) : TokenJob(pool)
{
    private TokenBuffer _x = null!, _to = null!;
    private Norm _norm = null!;
    private int[]? _rows;
    private int _tokens;

    /// <summary>Normalises the first tokens, each into its own row.</summary>
    public void Run(TokenBuffer x, int tokens, Norm norm, TokenBuffer to) => Run(x, null, tokens, norm, to);

    /// <summary>Normalises some tokens, into the first rows of <paramref name="to"/>.</summary>
    /// <param name="rows">The tokens' rows in <paramref name="x"/>; null for the first ones.</param>
    /// <param name="tokens">How many.</param>
    public void Run(TokenBuffer x, int[]? rows, int tokens, Norm norm, TokenBuffer to)
    {
        (_x, _rows, _tokens, _norm, _to) = (x, rows, tokens, norm, to);
        Run(tokens, x.Columns);
    }

    protected override void DoToken(int token)
    {
        _norm.Apply(_x.Row(_rows is null ? token : _rows[token]), _x.Columns, _to.Row(token));
        _to.Quantize(token, _tokens);
    }
}
