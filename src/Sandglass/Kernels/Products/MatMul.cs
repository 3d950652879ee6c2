using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sandglass.Kernels;

/// <summary>Where a product goes.</summary>
internal unsafe struct MatMulTarget
{
    /// <summary>[rows, columns]</summary>
    public WeightMatrix Weights;

    /// <summary>[rows], or null.</summary>
    public float* Bias;

    /// <summary>[tokens, rows]</summary>
    public float* Output;

    /// <summary>Whether the product is added to the output (the residual stream) or replaces it.</summary>
    public bool Add;
}

/// <summary>output[token, row] (+)= sum over k of weights[row, k] * x[token, k] (+ bias[row]), for up to three matrices that share their input.</summary>
/// <remarks>
/// Split over workers by panels, so it does not matter which worker computes a panel. Tokens are processed in tiles whose sums stay in the L2 cache. Where
/// weights are multiplied in F32 the first parts transpose the activations into <see cref="TokenTiles"/>, and the others wait for the last of these: still
/// one dispatch.
/// </remarks>
internal sealed unsafe class MatMul(WorkerPool pool) : Job, IDisposable
{
    private const int TokensInF32 = 264;  // their sums of two panels are 33 KB: each weight is widened once for all of them

    private readonly MatMulTarget[] _targets = new MatMulTarget[3];
    private int _targetCount;
    private Activations _input;
    private PanelParts _parts;
    private readonly TokenTiles _tiles = new();
    private readonly Panels _f32 = Panels.For(TensorType.F32)!; // widened columns of a panel form a panel of F32
    private int _tileParts, _tilesFilled;

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

    public override void Do(int part, int worker)
    {
        if (part < _tileParts)
        {
            try
            {
                _tiles.Fill(part, _input);
            }
            finally
            {
                Interlocked.Increment(ref _tilesFilled); // a failure reaches the caller through the pool, and no worker waits for ever
            }
            return;
        }

        (int from, int to) = _parts[part - _tileParts];
        for (int index = 0; index < _targetCount && from < to; index++)
        {
            ref MatMulTarget target = ref _targets[index];
            int count = target.Weights.PanelCount;
            int end = Math.Min(to, count);
            if (target.Weights.InIntegers(_input))
            {
                for (int panel = from; panel < end; panel += 2)
                    MultiplyInIntegers(target, panel, Math.Min(2, end - panel));
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
        int panels = 0;
        bool inF32 = false;
        for (int i = 0; i < targets; i++)
        {
            panels += _targets[i].Weights.PanelCount;
            inF32 |= input.Tokens > 1 && !_targets[i].Weights.InIntegers(input);
        }
        if (inF32) _tiles.Shape(input.Tokens, input.Columns);
        _tileParts = inF32 ? _tiles.Count : 0;
        _tilesFilled = 0;

        _parts = new PanelParts(panels, input.Tokens, pool.Threads);
        pool.Run(this, _tileParts + _parts.Count);
    }

    /// <summary>Waits until the last tile is filled. Parts are handed out in order, so every tile is in progress or done by now.</summary>
    private void AwaitTiles()
    {
        SpinWait wait = default;
        while (Volatile.Read(ref _tilesFilled) < _tileParts)
            wait.SpinOnce(sleep1Threshold: -1); // a sleep of one millisecond would be longer than the product
    }

    [SkipLocalsInit]
    private void MultiplyInIntegers(in MatMulTarget target, int panel, int count)
    {
        float* sums = stackalloc float[Panels.TileTokens * 2 * Panels.Rows]; // [token, panel, row]
        for (int from = 0; from < _input.Tokens; from += Panels.TileTokens)
        {
            int tokens = Math.Min(Panels.TileTokens, _input.Tokens - from);
            if (tokens > 1) FetchOutput(target, panel * Panels.Rows, from, tokens);
            target.Weights.MultiplyInIntegers(panel, count, _input, from, tokens, sums);
            Deliver(target, panel * Panels.Rows, count * Panels.Rows, from, tokens, sums);
        }
    }

    private void MultiplyInF32(in MatMulTarget target, int panel, int count)
    {
        if (_tiles.Count == 1) MultiplyTile(target, panel, count);
        else MultiplyTiles(target, panel, count);
    }

    private void MultiplyTile(in MatMulTarget target, int panel, int count)
    {
        float* sums = stackalloc float[TokenTiles.MaxWidth * 2 * Panels.Rows]; // [token, panel, row]
        new Span<float>(sums, TokenTiles.MaxWidth * 2 * Panels.Rows).Clear();
        WeightMatrix weights = target.Weights;
        weights.Panels.MultiplyExact(weights.Panel(panel), weights.PanelBytes, count, weights.Columns, _tiles.Values, _tiles.Width, _input.Tokens, sums);
        Deliver(target, panel * Panels.Rows, count * Panels.Rows, 0, _input.Tokens, sums);
    }

    [SkipLocalsInit]
    private void MultiplyTiles(in MatMulTarget target, int panel, int count)
    {
        float* sums = stackalloc float[TokensInF32 * 2 * Panels.Rows]; // [token, panel, row]
        byte* widened = stackalloc byte[2 * TokenTiles.MaxRun * Panels.Rows * sizeof(float) + 64]; // [panel, column, row]
        widened = (byte*)(((nuint)widened + 63) & ~(nuint)63);
        WeightMatrix weights = target.Weights;
        int columns = weights.Columns, width = _tiles.Width, rows = count * Panels.Rows, run = _tiles.Run;
        int tilesAtOnce = TokensInF32 / width;
        for (int firstTile = 0; firstTile < _tiles.Count; firstTile += tilesAtOnce)
        {
            int endTile = Math.Min(firstTile + tilesAtOnce, _tiles.Count);
            new Span<float>(sums, (endTile - firstTile) * width * rows).Clear();
            for (int from = 0; from < columns; from += run)
            {
                int some = Math.Min(run, columns - from);
                long apart = (long)some * Panels.Rows * sizeof(float);
                for (int i = 0; i < count; i++)
                    weights.Panels.Widen(weights.Panel(panel + i), from, some, (float*)(widened + i * apart));

                // The next weights are prefetched while the tiles are multiplied, a few lines per tile.
                bool last = from + run >= columns;
                long nextFrom = last ? 0 : weights.Panels.PanelBytes(from + some);
                long nextBytes = weights.Panels.PanelBytes(last ? Math.Min(columns, run) : Math.Min(columns, from + 2 * run)) - nextFrom;
                byte* next = weights.Panel(last ? panel + count : panel) + nextFrom;
                long share = (nextBytes / (endTile - firstTile) + 64) & ~63L;
                float* tileSums = sums;
                for (int tile = firstTile; tile < endTile; tile++, next += share, tileSums += width * rows)
                {
                    int tokens = Math.Min(width, _input.Tokens - tile * width);
                    for (int i = 0; i < count; i++)
                        Fetch(next + i * weights.PanelBytes, share);
                    if (last) FetchOutput(target, panel * Panels.Rows, tile * width, tokens);
                    _f32.MultiplyExact(widened, apart, count, some, _tiles.At(tile, from, some), width, tokens, tileSums);
                    if (last) Deliver(target, panel * Panels.Rows, rows, tile * width, tokens, tileSums);
                }
            }
        }
    }

    private static void FetchOutput(in MatMulTarget target, int firstRow, int firstToken, int tokens)
    {
        if (!Sse.IsSupported) return;
        float* to = target.Output + (long)firstToken * target.Weights.Rows + firstRow;
        for (int token = 0; token < tokens; token++, to += target.Weights.Rows)
        {
            Sse.Prefetch0(to);
            Sse.Prefetch0(to + 16);
        }
    }

    private static void Fetch(byte* from, long bytes)
    {
        for (long i = 0; i < bytes && Sse.IsSupported; i += 64)
            Sse.Prefetch1(from + i);
    }

    private void MultiplyOne(in MatMulTarget target, int panel, int count)
    {
        float* sums = stackalloc float[4 * Panels.Rows]; // [panel, row]
        new Span<float>(sums, 4 * Panels.Rows).Clear();
        WeightMatrix weights = target.Weights;
        weights.Panels.MultiplyExactOne(weights.Panel(panel), weights.PanelBytes, count, weights.Columns, _input.Values, sums);
        Deliver(target, panel * Panels.Rows, count * Panels.Rows, 0, 1, sums);
    }

    /// <param name="sums">[tokens, width], the first for <paramref name="firstRow"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Deliver(in MatMulTarget target, int firstRow, int width, int firstToken, int tokens, float* sums)
    {
        int rows = Math.Min(width, target.Weights.Rows - firstRow), stride = target.Weights.Rows;
        float* to = target.Output + (long)firstToken * stride + firstRow;
        if (target.Bias != null) AddBias(target.Bias + firstRow, width, rows, tokens, sums);
        for (int token = 0; token < tokens; token++, to += stride, sums += width)
        {
            int row = 0;
            if (target.Add) // whole lines in one store each, where possible: the store queue is what a tile waits for
            {
                for (; Vector512.IsHardwareAccelerated && row + 16 <= rows; row += 16)
                    (Vector512.Load(to + row) + Vector512.Load(sums + row)).Store(to + row);
                for (; row + 4 <= rows; row += 4)
                    (Vector128.Load(to + row) + Vector128.Load(sums + row)).Store(to + row);
            }
            else
            {
                for (; Vector512.IsHardwareAccelerated && row + 16 <= rows; row += 16)
                    Vector512.Load(sums + row).Store(to + row);
                for (; row + 4 <= rows; row += 4)
                    Vector128.Load(sums + row).Store(to + row);
            }
            for (; row < rows; row++)
                to[row] = target.Add ? to[row] + sums[row] : sums[row];
        }
    }

    /// <summary>sums[token, row] += bias[row].</summary>
    internal static void AddBias(float* bias, int width, int rows, int tokens, float* sums)
    {
        for (int token = 0; token < tokens; token++, sums += width)
        {
            for (int row = 0; row < rows; row++)
                sums[row] += bias[row];
        }
    }
}
