using Sandglass.Kernels;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary>A line of <c>bench</c>. Of a limit, <paramref name="PerSecond"/> is in the unit that its name gives.</summary>
internal sealed record BenchRow(
    string What, string Name, int Tokens, int Depth, int Batch, int Threads, CacheTypes CacheType, double PerSecond, double Spread, double ShareOfLimit)
{
    /// <summary>The word of <c>--cache-type</c>.</summary>
    public string CacheWord => CacheType.ToString();

    /// <summary>False where one run was made: nothing was compared.</summary>
    public bool HasSpread { get; private init; } = true;

    /// <summary>What a long text took of memory; null of all others.</summary>
    public MemoryCourse? Memory { get; private init; }

    public static BenchRow Of(BenchmarkResult result, CacheTypes cacheType) =>
        new(WordFor(result.Task.Kind), result.Name, result.Task.Tokens, result.Task.Depth, result.Task.Batch, result.Threads, cacheType,
            result.TokensPerSecond, result.Spread, result.ShareOfLimit)
        { HasSpread = result.Task.Repeat > 1, Memory = result.Memory };

    public static IEnumerable<BenchRow> Of(MachineLimits limits, CacheTypes cacheType) =>
    [
        Limit("read GB/s", limits.Threads, cacheType, limits.ReadBytes),
        Limit("int8 GOP/s", limits.Threads, cacheType, limits.Int8Operations),
        Limit("fp32 GFLOP/s", limits.Threads, cacheType, limits.Fp32Operations),
    ];

    public static string WordFor(BenchmarkKind kind) => kind switch
    {
        BenchmarkKind.Prefill => "prefill",
        BenchmarkKind.Decode => "decode",
        BenchmarkKind.DecodeDepth => "decode-depth",
        BenchmarkKind.Long => "long",
        _ => "batch",
    };

    private static BenchRow Limit(string name, int threads, CacheTypes cacheType, MachineLimit limit) =>
        new("limit", name, 0, 0, 1, threads, cacheType, limit.PerSecond / 1e9, limit.Spread, 1);
}

/// <summary>Where the rows of <c>bench</c> go.</summary>
internal interface IBenchOutput
{
    /// <summary>A row, as soon as it is measured.</summary>
    void Row(BenchRow row);

    /// <summary>No more rows come.</summary>
    void End();
}
