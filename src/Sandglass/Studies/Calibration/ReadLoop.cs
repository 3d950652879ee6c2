using Sandglass.Kernels;
using Sandglass.Planning;

namespace Sandglass.Studies;

/// <summary>Reads some memory over and over: from the processor's caches while it fits them.</summary>
internal sealed unsafe class ReadLoop : Job, IDisposable
{
    /// <summary>Bytes that are surely in the caches that all threads share, and more than each has for itself.</summary>
    public const long Least = 4 << 20;

    /// <summary>Bytes that are surely not in any.</summary>
    public const long Most = 256 << 20;

    private const long PartBytes = 256 << 10;

    private readonly PeakLoops _loops = PeakLoops.For(KernelPath.Current);
    private readonly WorkerPool _pool;
    private readonly PagedMemory _pages = new();
    private readonly byte* _memory;
    private float _sum;

    public ReadLoop(WorkerPool pool)
    {
        _pool = pool;
        _memory = _pages.Take(Most);
        new Span<byte>(_memory, (int)Most).Fill(1);     // unwritten pages would all map to one page of zeros
    }

    /// <summary>Seconds of a byte, by how many there are.</summary>
    public IReadOnlyList<ReadSpeed> Measure(RoundTimer timer)
    {
        List<ReadSpeed> speeds = [];
        for (long bytes = Least; bytes <= Most; bytes *= 2)
        {
            long some = bytes;
            speeds.Add(new ReadSpeed(bytes, timer.Seconds(() => Read(some)) / bytes));
        }
        return speeds;
    }

    /// <summary>Leaves nothing in the caches of what was there before.</summary>
    public void Sweep() => Read(Most);

    private void Read(long bytes) => _pool.Run(this, (int)(bytes / PartBytes));

    public override void Do(int part, int worker) => _sum += _loops.Read(_memory + part * PartBytes, PartBytes);    // a race on a number that is never read

    public void Dispose() => _pages.Dispose();
}
