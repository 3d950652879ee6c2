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
    private const int TileTokens = 32;
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
            if (_input.Tokens == 1 && !IsFast(target.Weights))
            {
                for (int panel = from; panel < end; panel += 4)
                    MultiplyOne(target, panel, Math.Min(4, end - panel));
            }
            else
            {
                for (int panel = from; panel < end; panel++)
                    MultiplyPanel(target, panel);
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
        _panelsPerPiece = (_panels + pieces - 1) / pieces;
        pool.Run(this, (_panels + _panelsPerPiece - 1) / _panelsPerPiece);
    }

    private void MultiplyPanel(in MatMulTarget target, int panel)
    {
        float* sums = stackalloc float[TileTokens * Panels.Rows]; // [token, row of the panel]
        WeightMatrix weights = target.Weights;
        byte* data = weights.Panel(panel);
        bool fast = IsFast(weights);
        for (int from = 0; from < _input.Tokens; from += TileTokens)
        {
            int tokens = Math.Min(TileTokens, _input.Tokens - from);
            new Span<float>(sums, tokens * Panels.Rows).Clear();
            if (fast) weights.Panels.MultiplyFast(data, weights.Columns, _input.Blocks + from, _input.Tokens, tokens, sums);
            else weights.Panels.MultiplyExact(data, weights.Columns, _input.Values + (long)from * _input.Columns, _input.Columns, tokens, sums);
            Deliver(target, panel * Panels.Rows, from, tokens, sums);
        }
    }

    private void MultiplyOne(in MatMulTarget target, int panel, int count)
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
        int rows = Math.Min(Panels.Rows, target.Weights.Rows - firstRow);
        for (int token = 0; token < tokens; token++, sums += Panels.Rows)
        {
            float* to = target.Output + (long)(firstToken + token) * target.Weights.Rows + firstRow;
            for (int row = 0; row < rows; row++)
            {
                float value = sums[row];
                if (target.Bias != null) value += target.Bias[firstRow + row];
                to[row] = target.Add ? to[row] + value : value;
            }
        }
    }
}
