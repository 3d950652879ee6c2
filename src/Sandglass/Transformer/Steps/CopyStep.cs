using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Copies tokens as they are, all or some side by side, and makes their blocks for the products that follow.</summary>
internal sealed unsafe class CopyStep(WorkerPool pool) : TokenJob(pool)
{
    private TokenBuffer _from = null!, _to = null!;
    private ReadOnlyMemory<int> _rows;  // [token]: its row in _from; empty where that is the same
    private int _tokens;

    /// <summary>The first tokens: what goes into a part that has no norm before it.</summary>
    public void Run(TokenBuffer from, int tokens, TokenBuffer to)
    {
        (_from, _rows, _tokens, _to) = (from, default, tokens, to);
        Run(tokens, from.Columns);
    }

    /// <summary>Some tokens.</summary>
    /// <param name="rows">Of the tokens, in <paramref name="from"/>.</param>
    public void Run(TokenBuffer from, ReadOnlyMemory<int> rows, TokenBuffer to)
    {
        (_from, _rows, _tokens, _to) = (from, rows, rows.Length, to);
        Run(rows.Length, from.Columns);
    }

    protected override void DoToken(int token)
    {
        int row = _rows.IsEmpty ? token : _rows.Span[token];
        new ReadOnlySpan<float>(_from.Row(row), _from.Columns).CopyTo(new Span<float>(_to.Row(token), _to.Columns));
        _to.Quantize(token, _tokens);
    }
}
