using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Copies each token as it is, and makes its blocks for the products that follow: what goes into a part that has no norm before it.</summary>
internal sealed unsafe class CopyStep(WorkerPool pool) : TokenJob(pool)
{
    private TokenBuffer _x = null!, _to = null!;
    private int _tokens;

    public void Run(TokenBuffer x, int tokens, TokenBuffer to)
    {
        (_x, _to, _tokens) = (x, to, tokens);
        Run(tokens, x.Columns);
    }

    protected override void DoToken(int token)
    {
        new ReadOnlySpan<float>(_x.Row(token), _x.Columns).CopyTo(new Span<float>(_to.Row(token), _to.Columns));
        _to.Quantize(token, _tokens);
    }
}
