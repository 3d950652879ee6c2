using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Copies some tokens side by side, and makes their blocks for the products that follow.</summary>
internal sealed unsafe class GatherStep(WorkerPool pool) : TokenJob(pool)
{
    private TokenBuffer _from = null!, _to = null!;
    private ReadOnlyMemory<int> _rows;

    /// <param name="rows">Of the tokens, in <paramref name="from"/>.</param>
    public void Run(TokenBuffer from, ReadOnlyMemory<int> rows, TokenBuffer to)
    {
        (_from, _rows, _to) = (from, rows, to);
        Run(rows.Length, from.Columns);
    }

    protected override void DoToken(int token)
    {
        new ReadOnlySpan<float>(_from.Row(_rows.Span[token]), _from.Columns).CopyTo(new Span<float>(_to.Row(token), _to.Columns));
        _to.Quantize(token, _rows.Length);
    }
}
