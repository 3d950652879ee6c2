using BenchmarkDotNet.Attributes;
using Sandglass.Kernels;

namespace Sandglass.KernelBench;

/// <summary>What each token of a batch has for itself: the norm, and int8 blocks for the products that follow.</summary>
public unsafe class TokenBenchmark
{
    private Buffer _x = null!, _weight = null!, _normed = null!, _blocks = null!;

    [Params(576, 2048, 8192)]
    public int Width { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _x = Buffer.OfFloats(Width, seed: 1);
        _weight = Buffer.OfFloats(Width, seed: 2);
        _normed = new Buffer(Width * sizeof(float));
        _blocks = new Buffer((long)Width / ActivationBlock.Columns * sizeof(ActivationBlock));
    }

    [Benchmark]
    public void Norm() => RmsNorm.Apply(_x.Floats, _weight.Floats, 1e-5f, Width, _normed.Floats);

    [Benchmark]
    public void Quantize() => ActivationQuantizer.Quantize(_x.Floats, Width, (ActivationBlock*)_blocks.Bytes, 1);

    [GlobalCleanup]
    public void CleanUp()
    {
        foreach (Buffer buffer in (Buffer[])[_x, _weight, _normed, _blocks]) buffer.Dispose();
    }
}
