using System.Diagnostics;
using Sandglass.ServeBench.Load;

namespace Sandglass.ServeBench.Client;

/// <summary>How long a run is: ended by whichever comes first. What was sent is waited for, though not for ever.</summary>
internal sealed record Extent(int Requests, double Seconds)
{
    /// <summary>How long after the last request a server may still write.</summary>
    public const double Patience = 180;
}

/// <summary>Drives a server at one point.</summary>
internal sealed class LoadRun(ApiClient api, string model, Asking asking, Workload workload)
{
    /// <summary>A client whose request failed sends the next after this time: what a polite one does at least, and the program must not burn the
    /// processor.</summary>
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(200);

    /// <param name="seed">Of prompts, lengths and arrivals.</param>
    public async Task<(Outcome[] Outcomes, double Seconds)> RunAsync(Point point, Extent extent, int seed, CancellationToken cancellation)
    {
        Prompts prompts = new(workload, seed);
        List<Outcome> outcomes = [];
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(extent.Seconds + Extent.Patience));
        long start = Stopwatch.GetTimestamp();
        await (point.IsOpen ? OpenAsync(point, extent, seed, prompts, outcomes, start, patience.Token)
            : ClosedAsync(point, extent, prompts, outcomes, start, patience.Token));
        cancellation.ThrowIfCancellationRequested();
        lock (outcomes) return ([.. outcomes], Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private async Task ClosedAsync(Point point, Extent extent, Prompts prompts, List<Outcome> outcomes, long start, CancellationToken cancellation)
    {
        int begun = 0;
        await Task.WhenAll(Enumerable.Range(0, point.Clients).Select(_ => Task.Run(ClientAsync, cancellation)));

        async Task ClientAsync()
        {
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < extent.Seconds && Interlocked.Increment(ref begun) <= extent.Requests)
            {
                Outcome outcome = await AskAsync(prompts, outcomes, start, cancellation);
                if (outcome.Error is not null) await Task.Delay(AfterFailure, cancellation);
            }
        }
    }

    private async Task OpenAsync(Point point, Extent extent, int seed, Prompts prompts, List<Outcome> outcomes, long start, CancellationToken cancellation)
    {
        int count = (int)Math.Clamp(point.Rate * extent.Seconds, 1, extent.Requests);
        List<Task> running = [];
        foreach (double due in Arrivals.At(count, point.Rate, point.Burstiness, new Random(seed)))
        {
            TimeSpan wait = TimeSpan.FromSeconds(due) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, cancellation);
            running.Add(Task.Run(() => AskAsync(prompts, outcomes, start, cancellation), cancellation));
        }
        await Task.WhenAll(running);
    }

    private async Task<Outcome> AskAsync(Prompts prompts, List<Outcome> outcomes, long start, CancellationToken cancellation)
    {
        byte[] body;
        lock (prompts)
        {
            (string prompt, int output) = prompts.Next();
            body = asking.Body(model, prompt, output);
        }
        Outcome outcome = await api.AskAsync(asking.Path, body, start, cancellation);
        lock (outcomes) outcomes.Add(outcome);
        return outcome;
    }
}
