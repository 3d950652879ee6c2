using BenchmarkDotNet.Attributes;
using Sandglass.Kernels;

namespace Sandglass.KernelBench;

/// <summary>A product of the size of a 1B model's feed-forward: one token (decode: memory), 8 (a batch), 256 (prefill: arithmetic). One thread.</summary>
public unsafe class MatMulBenchmark
{
    private const int Rows = 8192;
    private const int Columns = 2048;

    private WorkerPool _pool = null!;
    private MatMul _product = null!;
    private WeightMatrix _weights = null!;
    private Buffer _x = null!, _blocks = null!, _fineBlocks = null!, _output = null!;

    [Params(TensorType.F32, TensorType.F16, TensorType.BF16, TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_1, TensorType.Q5_0, TensorType.Q5_1, TensorType.Q2_K, TensorType.Q3_K, TensorType.Q4_K, TensorType.Q5_K, TensorType.Q6_K)]
    public TensorType Type { get; set; }

    [Params(1, 8, 256)]
    public int Tokens { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _pool = new WorkerPool(1);
        _product = new MatMul(_pool);
        _weights = new WeightMatrix(Panels.For(Type)!, Rows, Columns, new PagedMemory());
        Random random = new(1);
        for (int panel = 0; panel < _weights.PanelCount; panel++)
        {
            Span<byte> bytes = new(_weights.Panel(panel), (int)_weights.PanelBytes);
            random.NextBytes(bytes);
            // as F16, BF16 or F32 no infinity and hardly a subnormal number, which some processors are slow with
            foreach (ref byte value in bytes) value &= 0x3B;
        }
        _x = Buffer.OfFloats((long)Tokens * Columns, seed: 2);
        _blocks = new Buffer((long)Tokens * Columns / ActivationBlock.Columns * sizeof(ActivationBlock));
        _fineBlocks = new Buffer((long)Tokens * Columns / ActivationBlock.Columns * sizeof(FineBlock));
        _output = new Buffer((long)Tokens * Rows * sizeof(float));
        for (int token = 0; token < Tokens; token++)
        {
            ActivationQuantizer.Quantize(_x.Floats + (long)token * Columns, Columns, (ActivationBlock*)_blocks.Bytes + token, Tokens);
            FineQuantizer.Quantize(_x.Floats + (long)token * Columns, Columns, (FineBlock*)_fineBlocks.Bytes + token, Tokens);
        }
    }

    /// <summary>Activations as int8 blocks; float types have no such way and do as in <see cref="Exact"/>.</summary>
    [Benchmark]
    public void Fast() => Run((ActivationBlock*)_blocks.Bytes, null);

    /// <summary>Activations as two planes of int8; float types as in <see cref="Exact"/>.</summary>
    [Benchmark]
    public void Fine() => Run(null, (FineBlock*)_fineBlocks.Bytes);

    [Benchmark]
    public void Exact() => Run(null, null);

    [GlobalCleanup]
    public void CleanUp()
    {
        foreach (IDisposable owned in (IDisposable[])[_x, _blocks, _fineBlocks, _output, _pool]) owned.Dispose();
    }

    private void Run(ActivationBlock* blocks, FineBlock* fineBlocks) =>
        _product.Run(new Activations { Values = _x.Floats, Blocks = blocks, FineBlocks = fineBlocks, Tokens = Tokens, Columns = Columns }, new MatMulTarget { Weights = _weights, Output = _output.Floats });
}
