using System.CommandLine;
using Sandglass.Kernels;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary><c>sandglass bench</c>: how fast the model reads and writes here, and how near that is to what the machine can do.</summary>
internal sealed class BenchCommand(Terminal terminal)
{
    private const int Prefill = 512;
    private const int Decode = 128;
    private const int Depth = 4096;
    private const int DepthTokens = 32;
    private const int BatchTokens = 32;
    private const int Repeat = 3;
    private const int LongWindow = 256;

    private static readonly int[] Batches = [1, 2, 4, 8, 16];

    private readonly ModelChoice _model = new();
    private readonly Option<int?> _prefill = NumberOption.Whole(
        "--prefill", $"Measure reading a prompt of N tokens. [default: {Prefill}; where one of these five is given, only those given run]", 1, 1 << 24);
    private readonly Option<int?> _decode = NumberOption.Whole("--decode", $"Measure writing N tokens after a prompt of one. [default: {Decode}]", 1, 1 << 24);
    private readonly Option<int?> _depth = NumberOption.Whole(
        "--depth", $"Measure writing {DepthTokens} tokens with N positions in the cache. [default: {Depth}]", 1, 1 << 24);
    private readonly Option<int[]?> _batch = NumberOption.Wholes(
        "--batch", $"Measure writing {BatchTokens} tokens of each of N texts together, for each N. [default: {string.Join(',', Batches)}]", 1, 64);
    private readonly Option<int?> _long = NumberOption.Whole(
        "--long",
        $"Measure writing N tokens of one text through a window (--window, or else {LongWindow} positions), once, and what that takes of memory. A " +
            "million is a good number.", 10, 1 << 24);
    private readonly Option<int[]?> _threads = NumberOption.Wholes(
        "--threads", "Numbers of threads to measure with. [default: 1 and one a processor]", 1, 1024, "-t");
    private readonly Option<CacheType[]> _cacheTypes = WordOption.Several(
        "--cache-type", "How keys and values are stored: measured with each.", ModelChoice.CacheTypeWords);
    private readonly Option<int?> _repeat = NumberOption.Whole("--repeat", $"Runs of each measurement, after one that warms up. [default: {Repeat}]", 1, 1000);
    private readonly SyntheticChoice _synthetic = new("Measure");
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a measurement, as it is made." };

    public Command Create()
    {
        Command command = new("bench", "Measure how fast the model reads and writes, and how near that is to what this machine can do.");
        foreach (Option option in (Option[])[_prefill, _decode, _depth, _batch, _long, _threads, _cacheTypes, _repeat]) command.Add(option);
        _model.AddTo(command, withThreads: false, withCacheType: false);
        _synthetic.AddTo(command);
        command.Add(_json);
        command.SetAction(MeasureAsync);
        return command;
    }

    private async Task<int> MeasureAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using SyntheticFile? synthetic = _synthetic.Make(parsed, _model, terminal, cancellation);
        return await MeasureAsync(parsed, synthetic?.Path, cancellation);
    }

    private async Task<int> MeasureAsync(ParseResult parsed, string? file, CancellationToken cancellation)
    {
        // an absent list reads as an empty one
        int[] threads = parsed.GetResult(_threads) is null ? [1, Environment.ProcessorCount] : parsed.GetValue(_threads)!;
        CacheType[] cacheTypes = [.. parsed.GetValue(_cacheTypes)!.Distinct()];
        BenchmarkTask[] tasks = [.. Tasks(parsed)];
        int context = _model.ContextOf(parsed, file);
        if (tasks.All(task => task.Positions > context))
            throw new WrongInputException(
                "Nothing is left to measure: " +
                    $"{string.Join(", ", tasks.Select(task => $"{Described(task)} needs {Amount.Whole(task.Positions)} positions"))}; the context has " +
                    $"{Amount.Whole(context)}. Give a larger --context, or smaller numbers.");
        HashSet<BenchmarkTask> leftOut = [];
        IBenchOutput output = parsed.GetValue(_json) ? new BenchJson(terminal.Bytes) : new BenchText(terminal);
        try
        {
            foreach (MachineLimits limits in Measured([.. threads.Distinct()], cancellation))
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (BenchRow row in BenchRow.Of(limits, cacheTypes[0])) output.Row(row);
                foreach (CacheType cacheType in cacheTypes)
                {
                    // fixed while a model is loaded
                    using LanguageModel model = _model.Load(
                        parsed, terminal, threads: limits.Threads, cacheType: cacheType, file: file,
                        window: parsed.GetResult(_long) is null ? null : LongWindow);
                    foreach (BenchmarkTask task in tasks)
                    {
                        if (task.Positions <= model.Context) output.Row(await MeasureAsync(model, task, limits, cancellation));
                        else if (leftOut.Add(task)) terminal.Note(
                            $"Left out: {Described(task)} needs {Amount.Whole(task.Positions)} positions; the context has {Amount.Whole(model.Context)}.");
                    }
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            output.End();       // what was measured is reported
            throw;
        }
        output.End();
        return ExitCode.Done;
    }

    private async Task<BenchRow> MeasureAsync(LanguageModel model, BenchmarkTask task, MachineLimits limits, CancellationToken cancellation)
    {
        using ProgressLine<string> progress = new(terminal, text => text);
        using Timer ticking = new(
            _ => progress.Report($"Measuring {Described(task)}, threads: {limits.Threads}"), null, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.5));
        return BenchRow.Of(await Benchmark.MeasureAsync(model, task, limits, cancellation), model.Options.CacheType);
    }

    private IReadOnlyList<MachineLimits> Measured(int[] threads, CancellationToken cancellation)
    {
        using ProgressLine<string> progress = new(terminal, text => text);
        using Timer ticking = new(_ => progress.Report("Measuring what this machine can do"), null, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.5));
        return MachineLimits.Measure(threads, cancellationToken: cancellation);
    }

    private IEnumerable<BenchmarkTask> Tasks(ParseResult parsed)
    {
        int repeat = parsed.GetValue(_repeat) ?? Repeat;
        int? prefill = parsed.GetValue(_prefill), decode = parsed.GetValue(_decode), depth = parsed.GetValue(_depth);
        int[] batches = parsed.GetResult(_batch) is null ? [] : parsed.GetValue(_batch)!;
        int? written = parsed.GetValue(_long);
        if ((prefill, decode, depth, batches.Length, written) is (null, null, null, 0, null))
            (prefill, decode, depth, batches) = (Prefill, Decode, Depth, Batches);
        if (prefill is int read) yield return new BenchmarkTask(BenchmarkKind.Prefill, read, Repeat: repeat);
        if (decode is int some) yield return new BenchmarkTask(BenchmarkKind.Decode, some, Repeat: repeat);
        if (depth is int deep) yield return new BenchmarkTask(BenchmarkKind.DecodeDepth, DepthTokens, deep, repeat);
        if (written is int tokens) yield return new BenchmarkTask(BenchmarkKind.Long, tokens, Repeat: 1);
        foreach (int batch in batches.Distinct()) yield return new BenchmarkTask(BenchmarkKind.Batch, BatchTokens, Repeat: repeat, Batch: batch);
    }

    private static string Described(BenchmarkTask task) => BenchRow.WordFor(task.Kind) + task.Kind switch
    {
        BenchmarkKind.DecodeDepth => $" at {Amount.Whole(task.Depth)}",
        BenchmarkKind.Batch => $" of {Amount.Whole(task.Batch)}",
        _ => $" {Amount.Whole(task.Tokens)}",
    };
}
