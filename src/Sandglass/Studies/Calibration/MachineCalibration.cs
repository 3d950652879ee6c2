using System.Runtime.InteropServices;
using Sandglass.Kernels;
using Sandglass.Planning;

namespace Sandglass.Studies;

/// <summary>Measures how fast this engine's loops are on this machine, for <see cref="StepTime"/> to plan with.</summary>
/// <example>
/// <code>
/// MeasuredMachine machine = await MachineCalibration.MeasureAsync([1, Environment.ProcessorCount]);
/// machine.Save("machine.json");
/// </code>
/// </example>
public static class MachineCalibration
{
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(15);    // of each of some four hundred loops

    /// <summary>Measures, in well under a minute for two numbers of threads and all types.</summary>
    /// <param name="threads">Numbers of threads, each at least 1.</param>
    /// <param name="types">Tensor types of weights; null for all that the engine computes with. Q8_0 and F32 are always measured.</param>
    /// <param name="progress">Reports what is measured.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellationToken">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="KernelPathException">The environment asks for kernels that this processor lacks.</exception>
    public static async Task<MeasuredMachine> MeasureAsync(IReadOnlyList<int> threads, IReadOnlyList<TensorType>? types = null,
        IProgress<string>? progress = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(threads);
        int[] counts = [.. threads.Distinct()];
        TensorType[] all = [.. (types ?? ComputedTypes.All).Append(TensorType.Q8_0).Append(TensorType.F32).Distinct()];
        progress?.Report("what this machine can do");
        IReadOnlyList<MachineLimits> limits = MachineLimits.Measure(counts, time, cancellationToken);
        List<MeasuredSpeed> speeds = [];
        foreach (MachineLimits limit in limits)
        {
            MeasuredSpeed known = OfLoops(limit, all, progress, new RoundTimer(time ?? TimeProvider.System, Budget, cancellationToken));
            progress?.Report($"whole steps, threads: {limit.Threads}");
            TimeProvider clock = time ?? TimeProvider.System;
            speeds.Add(known with
            {
                Integers = await StepLoop.MeasureAsync(known, "q8_0", isFirst: speeds.Count == 0, clock, cancellationToken).ConfigureAwait(false),
                Floats = await StepLoop.MeasureAsync(known, "f32", isFirst: false, clock, cancellationToken).ConfigureAwait(false),
            });
        }
        return new MeasuredMachine
        {
            Title = $"{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}, {Environment.ProcessorCount} processors, kernels {KernelPath.Name}",
            Kernels = KernelPath.Name,
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            Speeds = speeds,
        };
    }

    private static MeasuredSpeed OfLoops(MachineLimits limit, TensorType[] types, IProgress<string>? progress, RoundTimer timer)
    {
        using WorkerPool pool = new(limit.Threads);
        using ReadLoop reads = new(pool);
        using AttentionLoop attention = new(pool, timer, reads);
        using ProductLoop products = new(pool, timer, reads);
        StepOverhead none = new(0, 0, 0, 0, 0, 0, 0, 0, 0);
        string Said(string what) => $"{what}, threads: {limit.Threads}";

        progress?.Report(Said("reading memory"));
        IReadOnlyList<ReadSpeed> read = reads.Measure(timer);
        progress?.Report(Said("attention"));
        AttentionSpeed[] attended = [.. Enum.GetValues<CacheType>().Select(attention.Measure)];
        List<ProductSpeed> multiplied = [];
        foreach (TensorType type in types)
        {
            progress?.Report(Said($"products with {type}"));
            multiplied.Add(products.Measure(type));
        }
        return new MeasuredSpeed
        {
            Threads = limit.Threads,
            BytesPerSecond = limit.ReadBytes.PerSecond,
            Fp32OperationsPerSecond = limit.Fp32Operations.PerSecond,
            Int8OperationsPerSecond = limit.Int8Operations.PerSecond,
            Reads = read,
            Products = multiplied,
            Attention = attended,
            Integers = none,
            Floats = none,
        };
    }
}
