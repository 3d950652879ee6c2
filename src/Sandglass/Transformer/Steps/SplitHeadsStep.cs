using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Copies the first values of each head of a token into that head's own buffer, and makes their blocks for the products that follow.</summary>
internal sealed unsafe class SplitHeadsStep(WorkerPool pool) : TokenJob(pool)
{
    private TokenBuffer _from = null!;
    private TokenBuffer[] _heads = null!;
    private int _tokens;

    /// <param name="from">[token, head, …]</param>
    /// <param name="heads">[head]: [token, …], as wide as what is taken of the head.</param>
    public void Run(TokenBuffer from, int tokens, TokenBuffer[] heads)
    {
        (_from, _heads, _tokens) = (from, heads, tokens);
        Run(tokens, from.Columns);
    }

    protected override void DoToken(int token)
    {
        int apart = _from.Columns / _heads.Length;
        for (int head = 0; head < _heads.Length; head++)
        {
            TokenBuffer to = _heads[head];
            new ReadOnlySpan<float>(_from.Row(token) + head * apart, to.Columns).CopyTo(new Span<float>(to.Row(token), to.Columns));
            to.Quantize(token, _tokens);
        }
    }
}
