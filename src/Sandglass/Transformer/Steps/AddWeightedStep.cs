using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Adds what an expert gives to the tokens that take it, each with its own factor.</summary>
internal sealed unsafe class AddWeightedStep(WorkerPool pool) : TokenJob(pool)
{
    private TokenBuffer _to = null!, _part = null!;
    private ReadOnlyMemory<int> _rows;
    private ReadOnlyMemory<float> _weights;

    /// <param name="rows">Of the tokens, in <paramref name="to"/>.</param>
    /// <param name="part">[row, width], in the order of <paramref name="rows"/>.</param>
    /// <param name="weights">[row]</param>
    public void Run(TokenBuffer to, ReadOnlyMemory<int> rows, TokenBuffer part, ReadOnlyMemory<float> weights)
    {
        (_to, _rows, _part, _weights) = (to, rows, part, weights);
        Run(rows.Length, to.Columns);
    }

    protected override void DoToken(int token) => Residual.AddWeighted(_to.Row(_rows.Span[token]), _part.Row(token), _weights.Span[token], _to.Columns);
}
