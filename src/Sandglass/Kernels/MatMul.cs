using System.Runtime.CompilerServices;
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
/// <remarks>
/// Split over workers by panels, so who computes a panel changes nothing. Tokens go in tiles, so that a tile's sums stay in the first cache. Where weights are multiplied in
/// F32 the first pieces turn the activations into <see cref="TokenTiles"/>, and the others wait for the last of these: one dispatch, as for the rest.
/// </remarks>
internal sealed unsafe class MatMul(WorkerPool pool) : Job, IDisposable
{
    private const int TileTokens = 32;
    private const int TokensInF32 = 264; // whose sums of two panels are 33 KB: each weight is widened once for all of them
    private const int PiecesPerThread = 6; // small enough that a slow core does not hold up the step

    private readonly MatMulTarget[] _targets = new MatMulTarget[3];
    private int _targetCount;
    private Activations _input;
    private int _panels;
    private int _panelsPerPiece;
    private readonly TokenTiles _tiles = new();
    private int _tilePieces, _tilesFilled;

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
        if (piece < _tilePieces)
        {
            _tiles.Fill(piece, _input);
            Interlocked.Increment(ref _tilesFilled);
            return;
        }

        int from = (piece - _tilePieces) * _panelsPerPiece, to = Math.Min(from + _panelsPerPiece, _panels);
        for (int index = 0; index < _targetCount && from < to; index++)
        {
            ref MatMulTarget target = ref _targets[index];
            int count = target.Weights.PanelCount;
            int end = Math.Min(to, count);
            if (IsFast(target.Weights))
            {
                for (int panel = from; panel < end; panel++)
                    MultiplyPanel(target, panel);
            }
            else if (_input.Tokens == 1)
            {
                for (int panel = from; panel < end; panel += 4)
                    MultiplyOne(target, panel, Math.Min(4, end - panel));
            }
            else
            {
                AwaitTiles();
                for (int panel = from; panel < end; panel += 2)
                    MultiplyInF32(target, panel, Math.Min(2, end - panel));
            }
            from = Math.Max(from - count, 0);
            to -= count;
        }
    }

    public void Dispose() => _tiles.Dispose();

    private void Run(in Activations input, int targets)
    {
        _input = input;
        _targetCount = targets;
        _panels = 0;
        bool inF32 = false;
        for (int i = 0; i < targets; i++)
        {
            _panels += _targets[i].Weights.PanelCount;
            inF32 |= input.Tokens > 1 && !IsFast(_targets[i].Weights);
        }
        if (inF32) _tiles.Shape(input.Tokens, input.Columns);
        _tilePieces = inF32 ? _tiles.Count : 0;
        _tilesFilled = 0;

        int pieces = Math.Min(_panels, pool.Threads * PiecesPerThread);
        _panelsPerPiece = (_panels + pieces - 1) / pieces;
        if (inF32) _panelsPerPiece = Math.Max(2, _panelsPerPiece & ~1); // whole pairs
        pool.Run(this, _tilePieces + (_panels + _panelsPerPiece - 1) / _panelsPerPiece);
    }

    /// <summary>Waits until the last tile is filled. Pieces are handed out in order, so whoever comes here knows that all tiles are in work or done.</summary>
    private void AwaitTiles()
    {
        SpinWait wait = default;
        while (Volatile.Read(ref _tilesFilled) < _tilePieces)
            wait.SpinOnce();
    }

    private void MultiplyPanel(in MatMulTarget target, int panel)
    {
        float* sums = stackalloc float[TileTokens * Panels.Rows]; // [token, row of the panel]
        WeightMatrix weights = target.Weights;
        byte* data = weights.Panel(panel);
        for (int from = 0; from < _input.Tokens; from += TileTokens)
        {
            int tokens = Math.Min(TileTokens, _input.Tokens - from);
            new Span<float>(sums, tokens * Panels.Rows).Clear();
            weights.Panels.MultiplyFast(data, weights.Columns, _input.Blocks + from, _input.Tokens, tokens, sums);
            Deliver(target, panel * Panels.Rows, Panels.Rows, from, tokens, sums);
        }
    }

    [SkipLocalsInit]
    private void MultiplyInF32(in MatMulTarget target, int panel, int count)
    {
        float* sums = stackalloc float[TokensInF32 * 2 * Panels.Rows]; // [token, panel, row]
        WeightMatrix weights = target.Weights;
        int atOnce = TokensInF32 / _tiles.Width * _tiles.Width;
        for (int from = 0; from < _input.Tokens; from += atOnce)
        {
            int tokens = Math.Min(atOnce, _input.Tokens - from);
            new Span<float>(sums, tokens * count * Panels.Rows).Clear();
            weights.Panels.MultiplyExact(weights.Panel(panel), weights.PanelBytes, count, weights.Columns, _tiles.Values + (long)from * _input.Columns, _tiles.Width, tokens, sums);
            Deliver(target, panel * Panels.Rows, count * Panels.Rows, from, tokens, sums);
        }
    }

    private void MultiplyOne(in MatMulTarget target, int panel, int count)
    {
        float* sums = stackalloc float[4 * Panels.Rows]; // [panel, row]
        new Span<float>(sums, 4 * Panels.Rows).Clear();
        WeightMatrix weights = target.Weights;
        weights.Panels.MultiplyExactOne(weights.Panel(panel), weights.PanelBytes, count, weights.Columns, _input.Values, sums);
        Deliver(target, panel * Panels.Rows, count * Panels.Rows, 0, 1, sums);
    }

    private bool IsFast(WeightMatrix weights) => weights.Panels.Quantized && _input.Blocks != null;

    /// <param name="sums">[tokens, width], the first for <paramref name="firstRow"/>.</param>
    private static void Deliver(in MatMulTarget target, int firstRow, int width, int firstToken, int tokens, float* sums)
    {
        int rows = Math.Min(width, target.Weights.Rows - firstRow);
        float* bias = target.Bias == null ? null : target.Bias + firstRow;
        bool add = target.Add;
        for (int token = 0; token < tokens; token++, sums += width)
        {
            float* to = target.Output + (long)(firstToken + token) * target.Weights.Rows + firstRow;
            int row = 0;
            for (; row + 4 <= rows; row += 4)
            {
                Vector128<float> value = Vector128.Load(sums + row);
                if (bias != null) value += Vector128.Load(bias + row);
                if (add) value = Vector128.Load(to + row) + value;
                value.Store(to + row);
            }
            for (; row < rows; row++)
            {
                float value = sums[row];
                if (bias != null) value += bias[row];
                to[row] = add ? to[row] + value : value;
            }
        }
    }
}
