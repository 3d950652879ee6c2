using Sandglass.Kernels;
using Sandglass.Planning;
using Activations = Sandglass.Kernels.Activations;

namespace Sandglass.Studies;

/// <summary>The engine's products with weights of a type, of some tokens at a time.</summary>
internal sealed unsafe class ProductLoop : IDisposable
{
    private const int Columns = 2048, FewColumns = 256;
    private const int MostRows = 256;           // the most tokens of a step
    private const int ComputeBound = 32;        // from so many tokens on it does not matter where weights come from
    private const long FarBytes = 40 << 20, NearBytes = ReadLoop.Least;

    private static readonly int[] Rows = [1, 2, 4, 8, 16, 32, 64, 128, MostRows];

    private readonly MatMul _product;
    private readonly PagedMemory _pages = new(stretch: 32 << 20);
    private readonly float* _x, _output;
    private readonly ActivationBlock* _blocks;
    private readonly double _dispatch;
    private readonly RoundTimer _timer;
    private readonly ReadLoop _reads;

    public ProductLoop(WorkerPool pool, RoundTimer timer, ReadLoop reads)
    {
        (_product, _timer, _reads) = (new MatMul(pool), timer, reads);
        _x = (float*)_pages.Take((long)MostRows * Columns * sizeof(float));
        _output = (float*)_pages.Take((long)MostRows * Columns * sizeof(float));
        _blocks = (ActivationBlock*)_pages.Take((long)MostRows * Columns / ActivationBlock.Columns * sizeof(ActivationBlock));
        for (int i = 0; i < MostRows * Columns; i++) _x[i] = 0.001f * (i * 7919L % 1009 - 504);
        _dispatch = Dispatch();
    }

    /// <summary>Seconds of a weight, and of a row, with so many tokens. Rows of two lengths tell them apart.</summary>
    public ProductSpeed Measure(TensorType type)
    {
        double[] memory = new double[Rows.Length], cached = new double[Rows.Length], output = new double[Rows.Length];
        using PagedMemory weights = new(stretch: 16 << 20);
        Panels panels = Panels.For(type)!;
        WeightMatrix[] far = Matrices(panels, Columns, Columns, FarBytes, weights), near = Matrices(panels, Columns / 4, Columns, NearBytes, weights);
        WeightMatrix[] small = Matrices(panels, Columns, FewColumns, NearBytes, weights);
        for (int i = 0; i < Rows.Length; i++)
        {
            bool isCompute = Rows[i] >= ComputeBound;
            double few = PerRow(isCompute ? small[..1] : small, Rows[i]), many = PerRow(isCompute ? near[..1] : near, Rows[i]);
            cached[i] = Math.Max(0, many - few) / (Columns - FewColumns);
            output[i] = Math.Max(0, few - FewColumns * cached[i]);
            memory[i] = isCompute ? cached[i] : Math.Max(cached[i], (PerRow(far, Rows[i], _reads.Sweep) - output[i]) / Columns);
        }
        return new ProductSpeed(type, Rows, memory, cached, output);
    }

    public void Dispose()
    {
        _product.Dispose();
        _pages.Dispose();
    }

    private double PerRow(WeightMatrix[] matrices, int tokens, Action? before = null)
    {
        int columns = matrices[0].Columns;
        for (int token = 0; token < tokens; token++) ActivationQuantizer.Quantize(_x + (long)token * columns, columns, _blocks + token, tokens);
        Activations input = new() { Values = _x, Blocks = matrices[0].Panels.Quantized ? _blocks : null, Tokens = tokens, Columns = columns };
        double seconds = _timer.Seconds(() =>
        {
            foreach (WeightMatrix matrix in matrices) _product.Run(input, new MatMulTarget { Weights = matrix, Output = _output });
        }, before);
        return Math.Max(0, seconds - matrices.Length * _dispatch) / matrices.Sum(static matrix => (double)matrix.Rows);
    }

    /// <summary>What it costs to hand out a product that is next to none.</summary>
    private double Dispatch()
    {
        using PagedMemory memory = new();
        WeightMatrix small = Filled(new WeightMatrix(Panels.For(TensorType.F32)!, 2 * Panels.Rows, 16, memory));
        Activations input = new() { Values = _x, Tokens = 1, Columns = 16 };
        return _timer.Seconds(() =>
        {
            for (int i = 0; i < 100; i++) _product.Run(input, new MatMulTarget { Weights = small, Output = _output });
        }) / 100;
    }

    private static WeightMatrix[] Matrices(Panels panels, int rows, int columns, long bytes, PagedMemory memory)
    {
        long each = panels.PanelBytes(columns) * rows / Panels.Rows;
        return [.. Enumerable.Range(0, (int)Math.Max(1, (bytes + each - 1) / each)).Select(_ => Filled(new WeightMatrix(panels, rows, columns, memory)))];
    }

    /// <summary>Any codes and scales that are no infinity and hardly a subnormal number in any type.</summary>
    private static WeightMatrix Filled(WeightMatrix matrix)
    {
        ulong state = 0x9E3779B97F4A7C15;
        ulong* words = (ulong*)matrix.Panel(0);
        for (long i = 0; i < matrix.Bytes / sizeof(ulong); i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            words[i] = state & 0x3B3B3B3B3B3B3B3B;
        }
        return matrix;
    }
}
