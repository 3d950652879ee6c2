using System.Diagnostics;
using Sandglass.ServeBench.Load;
using Sandglass.ServeBench.Output;
using Sandglass.ServeBench.Servers;

namespace Sandglass.ServeBench.Client;

/// <summary>How a server is measured that is ready: first warmed by the same load with other prompts, then measured.</summary>
internal sealed record Measuring(Asking Asking, Extent Warm, Extent Extent, Goodput Goodput, int Seed, string? Key)
{
    /// <summary>Of seeds: rounds and warm-ups must not ask what was asked before, or a prefix cache would answer.</summary>
    private const int SeedsARound = 2;

    /// <summary>Answers of the warm-up are short: what it began is waited for.</summary>
    private static readonly Length WarmOutput = new(32, 32);

    /// <param name="process">The server, where it was started here: its processor time is counted.</param>
    public async Task<Measurement> MeasureAsync(
        string server, Uri address, string? model, ServerProcess? process, Cell cell, int round, CancellationToken cancellation)
    {
        using ApiClient api = new(address, Key);
        string name = model ?? await api.ModelAsync(cancellation);
        LoadRun warm = new(api, name, Asking, cell.Workload with { Output = WarmOutput }), run = new(api, name, Asking, cell.Workload);
        int seed = Seed + SeedsARound * round;
        if (Warm.Seconds > 0) await warm.RunAsync(cell.Point, Warm, seed + 1, cancellation);

        TimeSpan own = Own(), theirs = process?.ProcessorTime ?? default;
        (Outcome[] outcomes, double seconds) = await run.RunAsync(cell.Point, Extent, seed, cancellation);
        double cores = (Own() - own).TotalSeconds / seconds;
        process?.ThrowIfEnded();
        return new Measurement(
            server, cell, round, Summary.Of(outcomes, seconds, Goodput), cores, (process?.ProcessorTime - theirs)?.TotalSeconds / seconds,
                process?.Memory);
    }

    private static TimeSpan Own()
    {
        using Process self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }
}
