using Sandglass.Generation;
using Sandglass.Kernels;

namespace Sandglass.Cli;

/// <summary>A line of <c>bench</c>. Of a limit, <paramref name="PerSecond"/> is in the unit that its name gives.</summary>
internal sealed record BenchRow(string What, string Name, int Tokens, int Depth, int Threads, double PerSecond, double Spread, double ShareOfLimit)
{
    public static BenchRow Of(BenchmarkResult result) =>
        new(WordFor(result.Task.Kind), result.Name, result.Task.Tokens, result.Task.Depth, result.Threads, result.TokensPerSecond, result.Spread, result.ShareOfLimit);

    public static IEnumerable<BenchRow> Of(MachineLimits limits) =>
    [
        Limit("read GB/s", limits.Threads, limits.ReadBytes),
        Limit("int8 GOP/s", limits.Threads, limits.Int8Operations),
        Limit("fp32 GFLOP/s", limits.Threads, limits.Fp32Operations),
    ];

    public static string WordFor(BenchmarkKind kind) => kind switch
    {
        BenchmarkKind.Prefill => "prefill",
        BenchmarkKind.Decode => "decode",
        _ => "decode-depth",
    };

    private static BenchRow Limit(string name, int threads, MachineLimit limit) => new("limit", name, 0, 0, threads, limit.PerSecond / 1e9, limit.Spread, 1);
}

/// <summary>Where the rows of <c>bench</c> go.</summary>
internal interface IBenchOutput
{
    /// <summary>A row, as soon as it is measured.</summary>
    void Row(BenchRow row);

    /// <summary>No more rows come.</summary>
    void End();
}
