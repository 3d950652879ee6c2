using System.CommandLine;
using Sandglass.SideBySide;

Option<string[]> models = new("--model") { Description = "Model files, GGUF.", HelpName = "FILE", Required = true, AllowMultipleArgumentsPerToken = true };
Option<string[]> peers = new("--peer") { Description = "A llama-bench, with the name that the report gives it: \"llama.cpp 3f545be=/path/llama-bench\" (a build from an archive does not know its commit). Words after the path are options that it always gets: \"ik -rtr=/path/llama-bench -rtr 1\".", HelpName = "NAME=COMMAND" };
Option<string[]> batched = new("--batched") { Description = "A llama-batched-bench, in the same way; for the cell batch.", HelpName = "NAME=COMMAND" };
Option<string> tool = new("--tool") { Description = "The sandglass to measure. [default: this tree's, published for the run]", HelpName = "FILE" };
Option<int[]> threads = new("--threads") { Description = "[default: 1 and one a processor]", HelpName = "LIST", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. new[] { 1, Environment.ProcessorCount }.Distinct()] };
Option<string[]> cells = new("--cells") { Description = "Of prefill, decode, depth, batch. [default: the first three, and batch with --batched]", HelpName = "LIST", AllowMultipleArgumentsPerToken = true };
Option<int[]> batches = new("--batches") { Description = "Texts at once, of the cell batch. [default: 1 8]", HelpName = "LIST", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 8] };
Option<int> rounds = new("--rounds") { Description = "Turns of each engine.", DefaultValueFactory = _ => 5 };
Option<int> depthRounds = new("--depth-rounds") { Description = "Turns at depth, where reading the prompt takes minutes.", DefaultValueFactory = _ => 2 };
Option<int> repeat = new("--repeat") { Description = "Runs in one process.", DefaultValueFactory = _ => 3 };
Option<string> output = new("--output") { Description = "The report. [default: a new file in bench/Reports]", HelpName = "FILE" };
Option<bool> quick = new("--quick") { Description = "A trial of the whole way with tiny sizes, one round; the report goes to standard output." };

RootCommand command = new("Measures Sandglass and llama.cpp's kin on the same files, in turns, and writes a report.") { models, peers, batched, tool, threads, cells, batches, rounds, depthRounds, repeat, output, quick };
command.SetAction(async (parsed, cancellation) =>
{
    DateTimeOffset started = TimeProvider.System.GetUtcNow();
    bool trial = parsed.GetValue(quick);
    string[] batchedPeers = parsed.GetValue(batched) ?? [];
    string[] names = parsed.GetValue(cells) is { Length: > 0 } chosen ? Listed(chosen) : batchedPeers.Length > 0 ? ["prefill", "decode", "depth", "batch"] : ["prefill", "decode", "depth"];
    Cell[] wanted = [.. names.SelectMany(name => name switch
    {
        "prefill" => [new Cell(CellKind.Prefill, trial ? 64 : 512)],
        "decode" => [new Cell(CellKind.Decode, trial ? 16 : 128)],
        "depth" => [new Cell(CellKind.Depth, Plan.DepthTokens, trial ? 256 : 4096)],
        "batch" => parsed.GetValue(batches)!.Select(batch => new Cell(CellKind.Batch, trial ? 16 : 64, Batch: batch)),
        _ => throw new ArgumentException($"No cell is called {name}: prefill, decode, depth, batch."),
    })];
    Plan plan = new(parsed.GetValue(models)!, parsed.GetValue(threads)!, wanted, trial ? 1 : parsed.GetValue(rounds), trial ? 1 : parsed.GetValue(depthRounds), trial ? 1 : parsed.GetValue(repeat), trial);
    if (plan.Models.FirstOrDefault(model => !File.Exists(model)) is { } missing) throw new ArgumentException($"No model file at {missing}.");

    string folder = Directory.CreateTempSubdirectory("sandglass-side-by-side-").FullName;
    try
    {
        List<Engine> engines = [];
        foreach (string peer in parsed.GetValue(peers) ?? []) engines.Add(await LlamaBench.FindAsync(Named(peer).Name, Named(peer).Command, cancellation));
        foreach (string peer in batchedPeers) engines.Add(new LlamaBatchedBench(Named(peer).Name, Named(peer).Command));

        string? given = parsed.GetValue(tool);
        string ours = given ?? await Checkout.PublishToolAsync(folder, cancellation), source = given is null ? $"commit {await Checkout.CommitAsync(cancellation)}" : "of a commit that it does not tell";
        Comparison comparison = new(plan, await SandglassTool.FindAsync(ours, source, cancellation), engines, Console.Error);
        Report report = new(comparison, Machine.Here(), started);
        string file = parsed.GetValue(output) ?? Path.Combine(Checkout.Root, "bench", "Reports", $"{started:yyyy-MM-dd-HHmm}.md");
        bool toFile = !trial || parsed.GetValue(output) is not null;
        if (toFile) Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);

        // after each group of cells, so that a run of hours that is stopped leaves what it found
        await comparison.MeasureAsync(() => { if (toFile) File.WriteAllText(file, report.Write(TimeProvider.System.GetUtcNow())); }, cancellation);
        if (toFile) Console.Error.WriteLine($"Report: {file}");
        else Console.Write(report.Write(TimeProvider.System.GetUtcNow()));
        return 0;
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
});

try
{
    return await command.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
{
    Console.Error.WriteLine(failure.Message);
    return 2;
}

static string[] Listed(string[] words) => [.. words.SelectMany(word => word.Split(',', StringSplitOptions.RemoveEmptyEntries))];

static (string Name, string[] Command) Named(string peer)
{
    string[] parts = peer.Split('=', 2);
    return parts.Length == 2 ? (parts[0], parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)) : (Path.GetFileName(peer.Split(' ')[0]), peer.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
