namespace Sandglass.Kernels;

/// <summary>A measured limit.</summary>
/// <param name="PerSecond">The best of several rounds: disturbances only lower a round.</param>
/// <param name="Spread">(largest - smallest) / median of the rounds: how quiet the machine was.</param>
public readonly record struct MachineLimit(double PerSecond, double Spread);

/// <summary>What this machine achieves at most with a number of threads and the kernels' own instructions.</summary>
/// <param name="Threads">Threads that worked.</param>
/// <param name="ReadBytes">Bytes read from memory per second.</param>
/// <param name="Int8Operations">Multiplications and additions of int8 per second: of bytes with machine code, of nibbles without.</param>
/// <param name="Fp32Operations">Fused multiplications and additions of F32 per second.</param>
public sealed record MachineLimits(int Threads, MachineLimit ReadBytes, MachineLimit Int8Operations, MachineLimit Fp32Operations)
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(2);   // below 3 s in total, including filling the memory

    /// <summary>Measures all limits, in less than three seconds for all thread counts together.</summary>
    /// <param name="threads">Numbers of threads, each at least 1.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellationToken">Ends it with an <see cref="OperationCanceledException"/>, at the next round.</param>
    /// <exception cref="KernelPathException">The environment asks for kernels that this processor lacks.</exception>
    public static IReadOnlyList<MachineLimits> Measure(IReadOnlyList<int> threads, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(threads);
        if (threads.Count == 0) return [];
        TimeSpan each = Budget / (3 * threads.Count);
        using LimitJob job = new(PeakLoops.For(KernelPath.Current), time ?? TimeProvider.System, cancellationToken);
        return [.. threads.Select(count => Measure(job, count, each))];
    }

    private static MachineLimits Measure(LimitJob job, int threads, TimeSpan each)
    {
        using WorkerPool pool = new(threads);
        return new MachineLimits(
            threads, job.Measure(LimitKind.Read, pool, each), job.Measure(LimitKind.Int8, pool, each), job.Measure(LimitKind.Fp32, pool, each));
    }

    private enum LimitKind
    {
        Read,
        Int8,
        Fp32,
    }

    private sealed unsafe class LimitJob : Job, IDisposable
    {
        private const long Megabyte = 1 << 20;
        private const int MemoryParts = 256;       // of a megabyte: many times the size of the caches
        private const int PartsPerThread = 8;
        private const int FewestRounds = 3;

        private readonly PeakLoops _loops;
        private readonly TimeProvider _time;
        private readonly CancellationToken _cancellation;
        private readonly PagedMemory _pages = new();
        private readonly byte* _memory;
        private LimitKind _kind;
        private float _sum;

        public LimitJob(PeakLoops loops, TimeProvider time, CancellationToken cancellation)
        {
            (_loops, _time, _cancellation) = (loops, time, cancellation);
            _memory = _pages.Take(MemoryParts * Megabyte); // laid out like weights
            new Span<byte>(_memory, (int)(MemoryParts * Megabyte)).Fill(1);    // unwritten pages would all map to one page of zeros
            float* numbers = (float*)(_memory + Megabyte);
            for (int i = 0; i < PeakLoops.InputBytes / sizeof(float); i++) numbers[i] = 0.001f * (i % 7 - 3);
        }

        public void Dispose() => _pages.Dispose();

        public MachineLimit Measure(LimitKind kind, WorkerPool pool, TimeSpan budget)
        {
            _kind = kind;
            int parts = kind == LimitKind.Read ? MemoryParts : pool.Threads * PartsPerThread;
            double work = parts * (kind switch
            {
                LimitKind.Read => Megabyte,
                LimitKind.Int8 => _loops.Int8Operations * _loops.Rounds,
                _ => (double)_loops.Fp32Operations * _loops.Rounds,
            });
            List<double> rates = [];
            long started = _time.GetTimestamp();
            pool.Run(this, parts);     // warm-up, not counted
            while (rates.Count < FewestRounds || _time.GetElapsedTime(started) < budget)
            {
                _cancellation.ThrowIfCancellationRequested();
                long round = _time.GetTimestamp();
                pool.Run(this, parts);
                TimeSpan took = _time.GetElapsedTime(round);
                if (took <= TimeSpan.Zero) break;
                rates.Add(work / took.TotalSeconds);
            }
            rates.Sort();
            return rates.Count == 0 ? default : new MachineLimit(rates[^1], (rates[^1] - rates[0]) / rates[rates.Count / 2]);
        }

        public override void Do(int part, int worker)
        {
            _sum += _kind switch        // a race on a number that is never read
            {
                LimitKind.Read => _loops.Read(_memory + part * Megabyte, Megabyte),
                LimitKind.Int8 => _loops.Int8(_memory + Megabyte, _loops.Rounds),
                _ => _loops.Fp32((float*)(_memory + Megabyte), _loops.Rounds),
            };
        }
    }
}
