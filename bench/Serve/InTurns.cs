using System.CommandLine;
using System.Globalization;
using Sandglass.ServeBench.Load;
using Sandglass.ServeBench.Output;
using Sandglass.ServeBench.Servers;

namespace Sandglass.ServeBench;

/// <summary>Starts Sandglass and a peer in turns on the same file, and writes the report.</summary>
internal static class InTurns
{
    public static async Task<int> MeasureAsync(Options options, ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(options.Models) is not { Length: > 0 } models)
            throw new ArgumentException("--url URL of a server that runs, or --model FILE for servers that are started here.");
        if (models.FirstOrDefault(model => !File.Exists(model)) is { } missing) throw new ArgumentException($"No model file at {missing}.");
        DateTimeOffset started = TimeProvider.System.GetUtcNow();
        string folder = Directory.CreateTempSubdirectory("sandglass-serve-bench-").FullName;
        try
        {
            string[]? given = parsed.GetValue(options.Sandglass)?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] ours = given ?? [await Checkout.PublishToolAsync(folder, cancellation)];
            string source = given is null ? $"commit {await Checkout.CommitAsync(cancellation)}" : "of a commit that it does not tell";
            List<Contestant> contestants = [await SandglassServe.FindAsync(ours, source, cancellation)];
            if (parsed.GetValue(options.Llama) is { } llama)
                contestants.Add(await LlamaServer.FindAsync(llama.Split(' ', StringSplitOptions.RemoveEmptyEntries), cancellation));

            Workload[] workloads = options.WorkloadsOf(parsed, "prompt=8,output=128", "prompt=256,output=64,shared=0.9");
            Point[] points = options.PointsOf(parsed);
            Cell[] cells = [.. models.SelectMany(model => workloads.SelectMany(workload => points.Select(point => new Cell(model, workload, point))))];
            Plan plan = new(cells, parsed.GetValue(options.Rounds), parsed.GetValue(options.Threads), options.MeasuringOf(parsed, ignoreEnd: true));
            Comparison comparison = new(plan, contestants, ours[0], Console.Error);
            Report report = new(comparison, Machine.Here(), started, CommandLine());
            string file = parsed.GetValue(options.Output) ?? Path.Combine(Checkout.Root, "bench", "Reports",
                string.Create(CultureInfo.InvariantCulture, $"{started:yyyy-MM-dd-HHmm}-serve.md"));
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);

            // after each measurement, so that a run that is stopped leaves what it found
            await comparison.MeasureAsync(
                measurement =>
                {
                    if (parsed.GetValue(options.Json)) Console.WriteLine(JsonLine.Of(measurement));
                    File.WriteAllText(file, report.Write(TimeProvider.System.GetUtcNow()));
                },
                cancellation);
            File.WriteAllText(file, report.Write(TimeProvider.System.GetUtcNow()));
            Console.Error.WriteLine($"Report: {file}");
            return comparison.Failures.Count == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What was typed, with names of files only: a report tells no folders.</summary>
    private static string CommandLine() => "bench/serve " + string.Join(' ', Environment.GetCommandLineArgs().Skip(1).Select(argument =>
    {
        string shown = string.Join(' ', argument.Split(' ').Select(Path.GetFileName));
        return shown.Contains(' ') ? $"\"{shown}\"" : shown;
    }));
}
