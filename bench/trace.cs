// What watching costs: the same text traced and not, in turns; a token's time is the lower quartile of a run's, which a busy machine disturbs least, and the
// ratios are the medians of the pairs'.
//   dotnet run -c Release bench/trace.cs [MODEL.gguf] [--threads N] [--tokens N] [--pairs N] [--prompt TOKENS] [--more]
#:project ../src/Sandglass/Sandglass.csproj
using System.Diagnostics;
using Sandglass;
using Sandglass.Generation;
using Sandglass.Sampling;
using TraceOptions = Sandglass.Generation.TraceOptions;

string? path = args.Length > 0 && !args[0].StartsWith("--") ? args[0] : null;
int threads = Option("--threads", 2), tokens = Option("--tokens", 200), pairs = Option("--pairs", 7), read = Option("--prompt", 0);
ModelOptions model = new() { Threads = threads };
using LanguageModel engine = path is null ? LanguageModel.LoadEmbedded(options: model) : LanguageModel.Load(path, model);
int[] prompt = engine.Tokenizer.Encode("Once upon a time there was a little girl who").Ids;
if (read > 0) prompt = [.. Enumerable.Range(0, read).Select(i => prompt[i % prompt.Length])];
GenerationOptions greedy = new() { Sampling = SamplerOptions.Greedy, MaxTokens = tokens, IgnoreEnd = true };

Console.WriteLine($"{engine.Name}, {threads} threads, {tokens} tokens after {prompt.Length}, {pairs} pairs");
Console.WriteLine("| what | ms a token | traced | time | processor time |");
Console.WriteLine("|---|--:|--:|--:|--:|");
await Measure("greedy", greedy, new TraceOptions());
await Measure("temperature 1", greedy with { Sampling = new SamplerOptions { Seed = 1, Temperature = 1 } }, new TraceOptions());
if (!args.Contains("--more")) return;
await Measure("temperature 1, whole vocabulary",
    greedy with { Sampling = new SamplerOptions { Seed = 1, Temperature = 1, TopK = 0, TopP = 1, MinP = 0 } }, new TraceOptions());
await Measure("greedy, without attention", greedy, new TraceOptions { Attention = TracedAttention.None });
await Measure("greedy, with maxima", greedy, new TraceOptions { Attention = TracedAttention.All });

async Task Measure(string what, GenerationOptions options, TraceOptions watched)
{
    List<(double Plain, double Traced, double Time, double Cpu)> found = [];
    for (int pair = -1; pair < pairs; pair++)
    {
        bool tracedFirst = pair % 2 == 0;
        (double Ms, double Cpu) a = await Run(options, tracedFirst ? watched : null), b = await Run(options, tracedFirst ? null : watched);
        ((double Ms, double Cpu) traced, (double Ms, double Cpu) plain) = tracedFirst ? (a, b) : (b, a);
        if (pair >= 0) found.Add((plain.Ms, traced.Ms, traced.Ms / plain.Ms, traced.Cpu / plain.Cpu));     // the first pair warms up
    }
    Console.WriteLine($"| {what} | {Median(found, f => f.Plain):F3} | {Median(found, f => f.Traced):F3} | {Median(found, f => f.Time):F3} "
        + $"| {Median(found, f => f.Cpu):F3} |");
}

async Task<(double Ms, double Cpu)> Run(GenerationOptions options, TraceOptions? watched)
{
    using Process self = Process.GetCurrentProcess();
    TimeSpan before = self.TotalProcessorTime;
    List<TimeSpan> at = [];
    if (watched is null)
    {
        await using TextGeneration text = engine.GenerateAsync(prompt, options);
        await foreach (GeneratedToken token in text) at.Add(token.Elapsed);
    }
    else
    {
        await using TextTrace trace = engine.TraceAsync(prompt, options, watched);
        await foreach (TraceStep step in trace)
            if (step is TokenStep) at.Add(step.Elapsed);
    }
    self.Refresh();
    double[] each = [.. at.Zip(at.Skip(1), (from, to) => (to - from).TotalMilliseconds).Order()];
    return (each[each.Length / 4], (self.TotalProcessorTime - before).TotalMilliseconds);
}

int Option(string name, int usual) => Array.IndexOf(args, name) is >= 0 and int at ? int.Parse(args[at + 1]) : usual;

static double Median<T>(List<T> values, Func<T, double> of) => values.Select(of).Order().ElementAt(values.Count / 2);
