using BenchmarkDotNet.Attributes;
using Sandglass.Kernels;

namespace Sandglass.KernelBench;

/// <summary>What it costs to hand out a job whose parts do nothing. A token of a model is some hundred jobs.</summary>
public class PoolBenchmark
{
    private const int Parts = 12;

    private readonly Nothing _job = new();
    private WorkerPool _pool = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void SetUp() => _pool = new WorkerPool(Threads);

    [Benchmark]
    public void Region() => _pool.Run(_job, Parts);

    [GlobalCleanup]
    public void CleanUp() => _pool.Dispose();

    private sealed class Nothing : Job
    {
        public override void Do(int part, int worker) { }
    }
}
