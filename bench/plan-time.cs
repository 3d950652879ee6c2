// How near sandglass plan time comes: calibrates this machine, predicts, measures, and writes the table as a page.
// dotnet run -c Release bench/plan-time.cs SMOLLM2.gguf [--machine FILE] [--only WORD] [--repeat N] [> bench/Reports/DATE-plan-time.md]
//   --machine FILE  takes the calibration from a file, or writes it there where there is none
//   --only WORD     only the cases that have the word in their line
// Machines are shared: what reading memory takes swings by a third within minutes on some. So that speed is taken beside each measurement, and one that was made
// while it was another than at calibration is made again, at most eight times. All cases are in the table; where none was made in the same conditions, it says so.
#:project ../src/Sandglass/Sandglass.csproj
#:property PublishAot=false
#:property TieredPGO=false
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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
int repeat = Option("--repeat") is string given ? int.Parse(given) : 5;
string smollm = args[0], only = Option("--only") ?? "";

const string Small = "embedded:grain-6m", Billion = "llama-3.2-1b", Narrow = "smollm2-135m";
(string Model, BenchmarkKind Kind, int Tokens, int Depth, int Batch, CacheType Cache, int Threads)[] cases =
[
    (smollm, BenchmarkKind.Prefill, 512, 0, 1, CacheType.F16, 1),
    (smollm, BenchmarkKind.Prefill, 512, 0, 1, CacheType.F16, 2),
    (smollm, BenchmarkKind.Prefill, 2048, 0, 1, CacheType.Q8, 2),
    (smollm, BenchmarkKind.Decode, 64, 0, 1, CacheType.F16, 1),
    (smollm, BenchmarkKind.Decode, 64, 0, 1, CacheType.F16, 2),
    (smollm, BenchmarkKind.DecodeDepth, 24, 3072, 1, CacheType.F16, 1),
    (smollm, BenchmarkKind.DecodeDepth, 24, 3072, 1, CacheType.Q8, 2),
    (smollm, BenchmarkKind.DecodeDepth, 24, 3072, 1, CacheType.Q4, 1),
    (smollm, BenchmarkKind.Batch, 24, 0, 4, CacheType.F16, 2),
    (smollm, BenchmarkKind.Batch, 24, 0, 16, CacheType.F16, 1),
    (smollm, BenchmarkKind.Batch, 24, 0, 16, CacheType.Q8, 2),
    (Small, BenchmarkKind.Prefill, 512, 0, 1, CacheType.F16, 1),
    (Small, BenchmarkKind.Decode, 128, 0, 1, CacheType.F16, 1),
    (Small, BenchmarkKind.Batch, 24, 0, 16, CacheType.F16, 2),
    ($"{Billion}:q4_0", BenchmarkKind.Prefill, 256, 0, 1, CacheType.F16, 2),
    ($"{Billion}:q4_0", BenchmarkKind.Decode, 24, 0, 1, CacheType.F16, 1),
    ($"{Billion}:q4_0", BenchmarkKind.Batch, 12, 0, 4, CacheType.F16, 2),
    ($"{Billion}:q8_0", BenchmarkKind.Decode, 24, 0, 1, CacheType.F16, 2),
    ($"{Billion}:q8_0", BenchmarkKind.Batch, 12, 0, 16, CacheType.F16, 2),
    ($"{Billion}:q4_k_m", BenchmarkKind.Decode, 24, 0, 1, CacheType.F16, 2),
    ($"{Billion}:q4_k_m", BenchmarkKind.DecodeDepth, 12, 1024, 1, CacheType.Q4, 2),
    ($"{Narrow}:bf16", BenchmarkKind.Prefill, 512, 0, 1, CacheType.F16, 2),
    ($"{Narrow}:bf16", BenchmarkKind.Decode, 32, 0, 1, CacheType.F16, 2),
    ($"{Narrow}:bf16", BenchmarkKind.Batch, 24, 0, 4, CacheType.F16, 1),
];

byte[] memory = GC.AllocateUninitializedArray<byte>(256 << 20);
memory.AsSpan().Fill(1);
const double Alike = 0.08;
const int Attempts = 8;
bool IsAlike(double pulse, double usual) => Math.Abs(pulse / usual - 1) <= Alike;

MeasuredMachine machine;
double usual = Pulse();
if (Option("--machine") is string file && File.Exists(file)) machine = MeasuredMachine.Open(file);
else
{
    long started = TimeProvider.System.GetTimestamp();
    TensorType[] types = [TensorType.Q4_0, TensorType.Q4_1, TensorType.Q8_0, TensorType.Q4_K, TensorType.Q6_K, TensorType.BF16, TensorType.F32];
    for (int attempt = 1; ; attempt++)
    {
        double before = Pulse();
        machine = await MachineCalibration.MeasureAsync([1, 2], types);
        usual = Pulse();
        if (IsAlike(before, usual) || attempt == Attempts) break;
        Console.Error.WriteLine($"again: memory was read with {before:F1} GB/s before the calibration, with {usual:F1} after it");
    }
    Console.Error.WriteLine($"calibrated in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F0} s, memory read with {usual:F1} GB/s");
    if (Option("--machine") is string kept) machine.Save(kept);
}

string folder = Directory.CreateTempSubdirectory("sandglass-plan-time-").FullName;
List<double> errors = [], alike = [];
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
        StepTime time = new(PlannedModel.Open(path), machine.With(threads), new TimeOptions { CacheType = cache });
        BenchmarkTask task = new(kind, tokens, depth, repeat, batch);
        ModelOptions options = new() { Threads = threads, CacheType = cache, Context = (int)task.Positions + 1 };
        using LanguageModel loaded = model == Small ? LanguageModel.LoadEmbedded(name, options) : LanguageModel.Load(path, options);
        (BenchmarkResult result, double pulse) = await UndisturbedAsync(loaded, task, new MachineLimits(threads, default, default, default));

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
        bool isDisturbed = !IsAlike(pulse, usual);
        if (!isDisturbed) alike.Add(Math.Abs(error));
        string note = (Math.Abs(error) > 0.15 ? " miss" : "") + (isDisturbed ? $" disturbed: {pulse:F1} GB/s" : "");
        string parts = $"{cost.WeightSeconds / cost.Seconds:P0} / {cost.AttentionSeconds / cost.Seconds:P0} / {cost.OtherSeconds / cost.Seconds:P0}";
        rows.Add($"{line} {1000 * measured:F2} | {100 * result.Spread:F0} % | {1000 * cost.Seconds:F2} | {100 * error:+0.0;-0.0} % |{note} | {parts} |");
        Console.Error.WriteLine(rows[^1]);
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

Console.WriteLine($"""
    # Predicted and measured times, {DateTime.Now:yyyy-MM-dd}

    {machine.Title}. Calibrated by `sandglass plan --calibrate`'s loops, which run none of these models; each case then measured {repeat} times, the median taken.
    {Within(errors)}
    One thread read memory with {usual:F1} GB/s at calibration. {alike.Count} cases were measured while it was so, within {100 * Alike:F0} %: of these {Within(alike)}

    | model | what | cache | threads | measured, ms | spread | predicted, ms | error | | of it products / attention / all else |
    |---|---|---|--:|--:|--:|--:|--:|---|---|
    {string.Join('\n', rows)}
    """);
return 0;

string Within(List<double> of)
{
    of.Sort();
    double median = of.Count == 0 ? 0 : of[of.Count / 2];
    return $"{of.Count(static error => error <= 0.15)} of {of.Count} cases lie within 15 % of the measured median; the median error is {100 * median:F1} %.";
}

// With how many GB a second one thread reads memory at the moment.
double Pulse()
{
    List<double> rounds = [];
    Vector512<long> all = default;
    for (int round = 0; round < 24; round++)
    {
        long from = TimeProvider.System.GetTimestamp();
        foreach (Vector512<long> some in MemoryMarshal.Cast<byte, Vector512<long>>(memory)) all ^= some;
        rounds.Add(memory.Length / TimeProvider.System.GetElapsedTime(from).TotalSeconds / 1e9);
    }
    GC.KeepAlive((object)all);
    rounds.Sort();
    return rounds[rounds.Count / 2];
}

async Task<(BenchmarkResult Result, double Pulse)> UndisturbedAsync(LanguageModel model, BenchmarkTask task, MachineLimits limits)
{
    (BenchmarkResult Result, double Pulse)? best = null;
    for (int attempt = 0; attempt < Attempts; attempt++)
    {
        if (attempt > 0) await Task.Delay(2000);
        double before = Pulse();
        if (attempt < Attempts - 1 && !IsAlike(before, usual)) continue;
        BenchmarkResult result = await Benchmark.MeasureAsync(model, task, limits);
        double after = Pulse(), farther = Math.Abs(before / usual - 1) > Math.Abs(after / usual - 1) ? before : after;
        if (best is null || Math.Abs(farther / usual - 1) < Math.Abs(best.Value.Pulse / usual - 1)) best = (result, farther);
        if (IsAlike(farther, usual)) break;
    }
    return best!.Value;
}
