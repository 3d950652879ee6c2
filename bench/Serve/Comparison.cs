using Sandglass.ServeBench.Client;
using Sandglass.ServeBench.Load;
using Sandglass.ServeBench.Output;
using Sandglass.ServeBench.Servers;

namespace Sandglass.ServeBench;

/// <summary>What is to be measured, so many rounds.</summary>
internal sealed record Plan(Cell[] Cells, int Rounds, int Threads, Measuring Measuring);

/// <summary>Servers and the engine's own figure on the same file, in turns: at each point one after the other, and each round another one begins.</summary>
/// <param name="tool">Our own, whose engine is measured too; null without.</param>
internal sealed class Comparison(Plan plan, IReadOnlyList<Contestant> contestants, string? tool, TextWriter progress)
{
    /// <summary>Texts that the engine takes together at most.</summary>
    private const int LargestBatch = 64;

    public Plan Plan => plan;

    public IReadOnlyList<Contestant> Contestants => contestants;

    public List<Measurement> Measurements { get; } = [];

    /// <summary>The engine's own figures, one a round that had them.</summary>
    public Dictionary<(Cell Cell, int Round), EngineFigure> Engine { get; } = [];

    public List<string> Failures { get; } = [];

    public bool IsComplete { get; private set; }

    public async Task MeasureAsync(Action<Measurement> afterEach, CancellationToken cancellation)
    {
        for (int round = 0; round < plan.Rounds; round++)
        {
            foreach (Cell cell in plan.Cells) await MeasureAsync(cell, round, afterEach, cancellation);
        }
        IsComplete = true;
    }

    private async Task MeasureAsync(Cell cell, int round, Action<Measurement> afterEach, CancellationToken cancellation)
    {
        bool hasEngine = tool is not null && !cell.Point.IsOpen && cell.Point.Clients <= LargestBatch;
        Contestant?[] turns = [.. hasEngine ? [null] : Array.Empty<Contestant?>(), .. contestants];
        foreach (Contestant? turn in (Contestant?[])[.. turns.Skip(round % turns.Length), .. turns.Take(round % turns.Length)])
        {
            string title = $"{cell} · round {round + 1} of {plan.Rounds} · {turn?.Name ?? "the engine alone"}: ";
            progress.Write(title);
            progress.Flush();
            try
            {
                progress.WriteLine(turn is null ? await EngineAsync(cell, round, cancellation)
                    : await ServerAsync(turn, cell, round, afterEach, cancellation));
            }
            catch (InvalidOperationException failure)
            {
                Failures.Add(title + failure.Message);
                progress.WriteLine(failure.Message);
            }
        }
    }

    private async Task<string> EngineAsync(Cell cell, int round, CancellationToken cancellation)
    {
        EngineFigure figure = await EngineBench.MeasureAsync(tool!, cell, plan.Threads, cancellation);
        Engine[(cell, round)] = figure;
        return $"{Amount.Rate(figure.Batch)} tokens/s";
    }

    private async Task<string> ServerAsync(Contestant contestant, Cell cell, int round, Action<Measurement> afterEach,
        CancellationToken cancellation)
    {
        (ServerProcess process, Uri address) = await contestant.StartAsync(cell, plan.Threads, cancellation);
        await using (process)
        {
            Measuring adapted = plan.Measuring with { Asking = contestant.Adapted(plan.Measuring.Asking) };
            Measurement measurement = await adapted.MeasureAsync(contestant.Name, address, model: null, process, cell, round, cancellation);
            Measurements.Add(measurement);
            afterEach(measurement);
            Summary summary = measurement.Summary;
            string failed = summary.Failed > 0 ? $", {summary.Failed} failed: {string.Join("; ", summary.Errors)}" : "";
            return $"{Amount.Rate(summary.OutputPerSecond)} tokens/s, TTFT p95 {Milliseconds.Of(summary.FirstText.P95)}{failed}";
        }
    }
}
