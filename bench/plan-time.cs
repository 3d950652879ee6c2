// How near sandglass plan time comes: calibrates this machine, predicts, measures, and writes the table as a page.
// dotnet run -c Release bench/plan-time.cs SMOLLM2.gguf [--machine FILE] [--only WORD] [--repeat N] [> bench/Reports/DATE-plan-time.md]
//   --machine FILE  takes one calibration for all, from a file that sandglass plan --calibrate wrote
//   --only WORD     only the cases that have the word in their line
// Machines are shared, and what reading memory takes swings by a third within minutes on some. So the cases of a model and a number of threads are measured right
// after a calibration for its types.
#:project ../src/Sandglass/Sandglass.csproj
#:property PublishAot=false
#:property TieredPGO=false
using System.Globalization;
using Sandglass;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Planning;
using Sandglass.Studies;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string? Option(string name) => Array.IndexOf(args, name) is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : null;
if (args.Length == 0 || args[0].StartsWith('-') || !File.Exists(args[0]))
{
    Console.Error.WriteLine("usage: dotnet run -c Release bench/plan-time.cs SMOLLM2.gguf [--machine FILE] [--only WORD] [--repeat N]");
    return 2;
}
int repeat = Option("--repeat") is string times ? int.Parse(times) : 5;
string smollm = args[0], only = Option("--only") ?? "";

const string Small = "embedded:grain-6m", Billion = "llama-3.2-1b", Narrow = "smollm2-135m";
(string Model, BenchmarkKind Kind, int Tokens, int Depth, int Batch, CacheType Cache, int Threads)[] cases =
[
    (smollm, BenchmarkKind.Prefill, 512, 0, 1, CacheType.F16, 1),
    (smollm, BenchmarkKind.Decode, 64, 0, 1, CacheType.F16, 1),
    (smollm, BenchmarkKind.DecodeDepth, 24, 3072, 1, CacheType.F16, 1),
    (smollm, BenchmarkKind.DecodeDepth, 24, 3072, 1, CacheType.Q4, 1),
    (smollm, BenchmarkKind.Batch, 24, 0, 16, CacheType.F16, 1),
    (smollm, BenchmarkKind.Prefill, 512, 0, 1, CacheType.F16, 2),
    (smollm, BenchmarkKind.Prefill, 2048, 0, 1, CacheType.Q8, 2),
    (smollm, BenchmarkKind.Decode, 64, 0, 1, CacheType.F16, 2),
    (smollm, BenchmarkKind.DecodeDepth, 24, 3072, 1, CacheType.Q8, 2),
    (smollm, BenchmarkKind.Batch, 24, 0, 4, CacheType.F16, 2),
    (smollm, BenchmarkKind.Batch, 24, 0, 16, CacheType.Q8, 2),
    (Small, BenchmarkKind.Prefill, 512, 0, 1, CacheType.F16, 1),
    (Small, BenchmarkKind.Decode, 128, 0, 1, CacheType.F16, 1),
    (Small, BenchmarkKind.Batch, 24, 0, 16, CacheType.F16, 2),
    ($"{Billion}:q4_0", BenchmarkKind.Decode, 24, 0, 1, CacheType.F16, 1),
    ($"{Billion}:q4_0", BenchmarkKind.Prefill, 256, 0, 1, CacheType.F16, 2),
    ($"{Billion}:q4_0", BenchmarkKind.Batch, 12, 0, 4, CacheType.F16, 2),
    ($"{Billion}:q8_0", BenchmarkKind.Decode, 24, 0, 1, CacheType.F16, 2),
    ($"{Billion}:q8_0", BenchmarkKind.Batch, 12, 0, 16, CacheType.F16, 2),
    ($"{Billion}:q4_k_m", BenchmarkKind.Decode, 24, 0, 1, CacheType.F16, 2),
    ($"{Billion}:q4_k_m", BenchmarkKind.DecodeDepth, 12, 1024, 1, CacheType.Q4, 2),
    ($"{Narrow}:bf16", BenchmarkKind.Batch, 24, 0, 4, CacheType.F16, 1),
    ($"{Narrow}:bf16", BenchmarkKind.Prefill, 512, 0, 1, CacheType.F16, 2),
    ($"{Narrow}:bf16", BenchmarkKind.Decode, 32, 0, 1, CacheType.F16, 2),
];

MeasuredMachine? given = Option("--machine") is string file ? MeasuredMachine.Open(file) : null;
MeasuredMachine? machine = given;
(string Model, int Threads) calibrated = default;
string folder = Directory.CreateTempSubdirectory("sandglass-plan-time-").FullName;
List<double> errors = [];
string written = "";
List<string> rows = [];
try
{
    foreach ((string model, BenchmarkKind kind, int tokens, int depth, int batch, CacheType cache, int threads) in cases)
    {
        bool isSynthetic = model.Contains(':') && model != Small;
        string name = isSynthetic ? model : model == Small ? Small["embedded:".Length..] : Path.GetFileNameWithoutExtension(model);
        string what = kind switch
        {
            BenchmarkKind.Prefill => $"prompt of {tokens}",
            BenchmarkKind.DecodeDepth => $"a token at {depth}",
            BenchmarkKind.Batch => $"a token of {batch} texts",
            _ => "a token",
        };
        string line = $"| {name} | {what} | {cache.ToString().ToLowerInvariant()} | {threads} |";
        if (!line.Contains(only, StringComparison.OrdinalIgnoreCase)) continue;

        string path = isSynthetic ? Path.Combine(folder, "model.gguf") : model;
        if (isSynthetic && model != written) SyntheticModel.Write(path, written = model);
        if (given is null && calibrated != (model, threads))
        {
            machine = await MachineCalibration.MeasureAsync([threads], TypesOf(model));
            calibrated = (model, threads);
        }
        StepTime time = new(PlannedModel.Open(path), machine!.With(threads), new TimeOptions { CacheType = cache });
        BenchmarkTask task = new(kind, tokens, depth, repeat, batch);
        ModelOptions options = new() { Threads = threads, CacheType = cache, Context = (int)task.Positions + 1 };
        using LanguageModel loaded = model == Small ? LanguageModel.LoadEmbedded(name, options) : LanguageModel.Load(path, options);
        BenchmarkResult result = await Benchmark.MeasureAsync(loaded, task, new MachineLimits(threads, default, default, default));

        double measured = (kind == BenchmarkKind.Prefill ? tokens : batch) / result.TokensPerSecond;
        StepCost cost = kind == BenchmarkKind.Prefill
            ? time.CostOfPrompt(tokens, 0)
            : time.CostOfDecode(batch, kind switch
            {
                BenchmarkKind.Decode => 1 + tokens / 2.0,
                BenchmarkKind.DecodeDepth => depth + tokens * repeat / 2.0,
                _ => 8 + tokens * repeat / 2.0,
            });
        double error = cost.Seconds / measured - 1;
        errors.Add(Math.Abs(error));
        string parts = $"{cost.WeightSeconds / cost.Seconds:P0} / {cost.AttentionSeconds / cost.Seconds:P0} / {cost.OtherSeconds / cost.Seconds:P0}";
        rows.Add($"{line} {1000 * measured:F2} | {100 * result.Spread:F0} % | {1000 * cost.Seconds:F2} | {100 * error:+0.0;-0.0} % |{(Math.Abs(error) > 0.15 ? " miss" : "")} | {parts} |");
        Console.Error.WriteLine(rows[^1]);
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

errors.Sort();
Console.WriteLine($"""
    # Predicted and measured times, {DateTime.Now:yyyy-MM-dd}

    {machine?.Title}. Calibrated by `sandglass plan --calibrate`'s loops, which run none of these models, {(given is null ? "before each model and number of threads" : "once")}; each case then
    measured {repeat} times, the median taken.
    {errors.Count(static error => error <= 0.15)} of {errors.Count} cases lie within 15 % of the measured median; the median error is {100 * (errors.Count == 0 ? 0 : errors[errors.Count / 2]):F1} %.

    | model | what | cache | threads | measured, ms | spread | predicted, ms | error | | of it products / attention / all else |
    |---|---|---|--:|--:|--:|--:|--:|---|---|
    {string.Join('\n', rows)}
    """);
return 0;

TensorType[] TypesOf(string model) => model switch
{
    Small => [TensorType.Q8_0],
    $"{Billion}:q4_0" => [TensorType.Q4_0],
    $"{Billion}:q8_0" => [TensorType.Q8_0],
    $"{Billion}:q4_k_m" => [TensorType.Q4_K, TensorType.Q6_K],
    $"{Narrow}:bf16" => [TensorType.BF16],
    _ => [TensorType.Q4_1, TensorType.Q6_K],
};
