using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Copies what the heads gave for a token side by side, and makes its blocks for the product that follows.</summary>
internal sealed unsafe class JoinHeadsStep(WorkerPool pool) : TokenJob(pool)
{
    private TokenBuffer[] _heads = null!;
    private TokenBuffer _to = null!;
    private int _tokens;

    /// <param name="heads">[head]: [token, …].</param>
    /// <param name="to">[token, head, …]</param>
    public void Run(TokenBuffer[] heads, int tokens, TokenBuffer to)
    {
        (_heads, _tokens, _to) = (heads, tokens, to);
        Run(tokens, to.Columns);
    }

    protected override void DoToken(int token)
    {
        float* to = _to.Row(token);
        foreach (TokenBuffer head in _heads)
        {
            new ReadOnlySpan<float>(head.Row(token), head.Columns).CopyTo(new Span<float>(to, head.Columns));
            to += head.Columns;
        }
        _to.Quantize(token, _tokens);
    }
}
