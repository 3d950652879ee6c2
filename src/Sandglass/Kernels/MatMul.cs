using System.Runtime.Intrinsics;

namespace Sandglass.Kernels;

/// <summary>What becomes of a product.</summary>
internal unsafe struct MatMulTarget
{
    /// <summary>[rows, columns]</summary>
    public WeightMatrix Weights;

    /// <summary>[rows], or null.</summary>
    public float* Bias;

    /// <summary>[tokens, rows]</summary>
    public float* Output;

    /// <summary>Whether the product is added to what stands in the output (the residual stream) or replaces it.</summary>
    public bool Add;
}

/// <summary>output[token, row] (+)= sum over k of weights[row, k] * x[token, k] (+ bias[row]), for up to three matrices that share their input.</summary>
/// <remarks>Split over workers by panels, so who computes a panel changes nothing. Tokens go in tiles, so that a tile's sums stay in the first cache.</remarks>
internal sealed unsafe class MatMul(WorkerPool pool) : Job
{
    private const int PiecesPerThread = 6; // small enough that a slow core does not hold up the step

    private readonly MatMulTarget[] _targets = new MatMulTarget[3];
    private int _targetCount;
    private Activations _input;
    private int _panels;
    private int _panelsPerPiece;

    /// <summary>One product.</summary>
    public void Run(in Activations input, MatMulTarget target)
    {
        _targets[0] = target;
        Run(input, 1);
    }

    /// <summary>Two products of one input in one dispatch.</summary>
    public void Run(in Activations input, MatMulTarget first, MatMulTarget second)
    {
        _targets[0] = first;
        _targets[1] = second;
        Run(input, 2);
    }

    /// <summary>Three products of one input in one dispatch.</summary>
    public void Run(in Activations input, MatMulTarget first, MatMulTarget second, MatMulTarget third)
    {
        _targets[0] = first;
        _targets[1] = second;
        _targets[2] = third;
        Run(input, 3);
    }

    public override void Do(int piece, int worker)
    {
        int from = piece * _panelsPerPiece, to = Math.Min(from + _panelsPerPiece, _panels);
        for (int index = 0; index < _targetCount && from < to; index++)
        {
            ref MatMulTarget target = ref _targets[index];
            int count = target.Weights.PanelCount;
            int end = Math.Min(to, count);
            if (IsFast(target.Weights))
            {
                for (int panel = from; panel < end; panel += 2)
                    MultiplyFast(target, panel, Math.Min(2, end - panel));
            }
            else if (_input.Tokens == 1)
            {
                for (int panel = from; panel < end; panel += 4)
                    MultiplyExactOne(target, panel, Math.Min(4, end - panel));
            }
            else
            {
                for (int panel = from; panel < end; panel++)
                    MultiplyExact(target, panel);
            }
            from = Math.Max(from - count, 0);
            to -= count;
        }
    }

    private void Run(in Activations input, int targets)
    {
        _input = input;
        _targetCount = targets;
        _panels = 0;
        for (int i = 0; i < targets; i++)
            _panels += _targets[i].Weights.PanelCount;
        int pieces = Math.Min(_panels, pool.Threads * PiecesPerThread);
        _panelsPerPiece = ((_panels + pieces - 1) / pieces + 1) & ~1; // even: panels are multiplied two at a time
        pool.Run(this, (_panels + _panelsPerPiece - 1) / _panelsPerPiece);
    }

    /// <summary>One panel or two with all tokens, tile by tile.</summary>
    private void MultiplyFast(in MatMulTarget target, int panel, int count)
    {
        float* sums = stackalloc float[2 * Panels.TileTokens * Panels.Rows]; // [panel, token, row of the panel]
        WeightMatrix weights = target.Weights;
        byte* data = weights.Panel(panel);
        for (int from = 0; from < _input.Tokens; from += Panels.TileTokens)
        {
            int tokens = Math.Min(Panels.TileTokens, _input.Tokens - from);
            for (int i = 0; i < count; i++)
                new Span<float>(sums + i * Panels.TileTokens * Panels.Rows, tokens * Panels.Rows).Clear();
            if (count == 2) weights.Panels.MultiplyFastPair(data, weights.PanelBytes, weights.Columns, _input.Blocks + from, _input.Tokens, tokens, sums);
            else weights.Panels.MultiplyFast(data, weights.Columns, _input.Blocks + from, _input.Tokens, tokens, sums);
            for (int i = 0; i < count; i++)
                Deliver(target, (panel + i) * Panels.Rows, from, tokens, sums + i * Panels.TileTokens * Panels.Rows);
        }
    }

    private void MultiplyExact(in MatMulTarget target, int panel)
    {
        float* sums = stackalloc float[Panels.TileTokens * Panels.Rows]; // [token, row of the panel]
        WeightMatrix weights = target.Weights;
        for (int from = 0; from < _input.Tokens; from += Panels.TileTokens)
        {
            int tokens = Math.Min(Panels.TileTokens, _input.Tokens - from);
            new Span<float>(sums, tokens * Panels.Rows).Clear();
            weights.Panels.MultiplyExact(weights.Panel(panel), weights.Columns, _input.Values + (long)from * _input.Columns, _input.Columns, tokens, sums);
            Deliver(target, panel * Panels.Rows, from, tokens, sums);
        }
    }

    private void MultiplyExactOne(in MatMulTarget target, int panel, int count)
    {
        float* sums = stackalloc float[4 * Panels.Rows]; // [panel, row]
        new Span<float>(sums, 4 * Panels.Rows).Clear();
        WeightMatrix weights = target.Weights;
        weights.Panels.MultiplyExactOne(weights.Panel(panel), weights.PanelBytes, count, weights.Columns, _input.Values, sums);
        for (int i = 0; i < count; i++)
            Deliver(target, (panel + i) * Panels.Rows, 0, 1, sums + i * Panels.Rows);
    }

    private bool IsFast(WeightMatrix weights) => weights.Panels.Quantized && _input.Blocks != null;

    private static void Deliver(in MatMulTarget target, int firstRow, int firstToken, int tokens, float* sums)
    {
        int stride = target.Weights.Rows, rows = Math.Min(Panels.Rows, stride - firstRow);
        float* bias = target.Bias == null ? null : target.Bias + firstRow;
        for (int token = 0; token < tokens; token++, sums += Panels.Rows)
        {
            float* to = target.Output + (long)(firstToken + token) * stride + firstRow;
            int row = 0;
            for (; row + 4 <= rows; row += 4)
            {
                Vector128<float> value = Vector128.Load(sums + row);
                if (bias != null) value += Vector128.Load(bias + row);
                if (target.Add) value = Vector128.Load(to + row) + value;
                value.Store(to + row);
            }
            for (; row < rows; row++)
            {
                float value = sums[row];
                if (bias != null) value += bias[row];
                to[row] = target.Add ? to[row] + value : value;
            }
        }
    }
}
