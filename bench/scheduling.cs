// What waiting costs, and what the size of a batch gives.
//   dotnet run -c Release bench/scheduling.cs waiting [MODEL.gguf]     processor time of a step with 0 to 16,000 requests waiting
//   dotnet run -c Release bench/scheduling.cs choosing MODEL.gguf      what part of a step of 16 texts it takes to choose their tokens, by what is asked for
//   dotnet run -c Release bench/scheduling.cs batch MODEL.gguf         throughput and time to the first token against MaxBatch and MaxBatchTokens
//   dotnet run -c Release bench/scheduling.cs queue MODEL.gguf         who is refused and who waits how long against MaxQueue and MaxQueueTokens
#:project ../src/Sandglass/Sandglass.csproj
using System.Diagnostics;
using Sandglass;
using Sandglass.Generation;
using Sandglass.Sampling;

switch (args)
{
    case ["waiting", .. { Length: <= 1 } model]:
        foreach (int waiting in (int[])[0, 60, 4000, 16_000]) await Waiting(model.FirstOrDefault(), waiting);
        return 0;
    case ["choosing", string model]:
        await Choosing(model);
        return 0;
    case ["batch", string model]:
        Console.WriteLine("| MaxBatch | MaxBatchTokens | tokens/s written | TTFT p50 | p95 | step beside prompts |");
        Console.WriteLine("|--:|--:|--:|--:|--:|--:|");
        foreach (int batch in (int[])[1, 4, 16, 32, 64]) await Batch(model, batch, 0);
        foreach (int tokens in (int[])[32, 64, 96, 128, 192, 256]) await Batch(model, 16, tokens);
        return 0;
    case ["queue", string model]:
        await Queues(model);
        return 0;
    default:
        Console.Error.WriteLine("usage: dotnet run -c Release bench/scheduling.cs waiting [MODEL.gguf] | choosing MODEL.gguf | batch MODEL.gguf | queue MODEL.gguf");
        return 2;
}

// 64 texts are written, and so many wait; processor time is the whole process's, and nothing else of it works meanwhile
static async Task Waiting(string? path, int waiting)
{
    ModelOptions options = new() { Context = 100_000, Window = 64, Threads = 1 };
    using LanguageModel model = path is null ? LanguageModel.LoadEmbedded("grain-1m", options) : LanguageModel.Load(path, options);
    using CancellationTokenSource cancel = new();
    GenerationOptions endless = new() { Sampling = SamplerOptions.Greedy, IgnoreEnd = true, MaxTokens = 1_000_000 };
    Task<GenerationResult>[] all = new Task<GenerationResult>[64 + waiting];
    for (int i = 0; i < all.Length; i++) all[i] = model.CompleteAsync([5, 6, 7], endless with { Tenant = $"{i % 10}" }, cancel.Token);
    while (model.Activity.Steps < 100) await Task.Delay(20);

    using Process self = Process.GetCurrentProcess();
    TimeSpan before = self.TotalProcessorTime;
    long steps = model.Activity.Steps;
    await Task.Delay(3000);
    self.Refresh();
    TimeSpan used = self.TotalProcessorTime - before;
    steps = model.Activity.Steps - steps;
    Console.WriteLine($"{waiting,6} waiting: {used.TotalMilliseconds / steps:F3} ms of processor a step ({steps} steps)");
    await cancel.CancelAsync();
    await Task.WhenAll(all);
}

// 16 texts of 96 tokens together, again and again: each way to choose in turns with the likeliest token, whose cost is the row's log-probability alone
static async Task Choosing(string path)
{
    const int Texts = 16, Written = 64, Rounds = 7;
    SamplerOptions plain = new() { TopK = 0, TopP = 1, MinP = 0, Temperature = 1 };
    (string Name, GenerationOptions Options)[] cases =
    [
        ("temperature 1", new() { Sampling = plain }),
        ("top_p 0.9", new() { Sampling = plain with { TopP = 0.9 } }),
        ("min_p 0.05", new() { Sampling = plain with { MinP = 0.05 } }),
        ("frequency and presence penalties", new() { Sampling = plain with { FrequencyPenalty = 0.5, PresencePenalty = 0.5 } }),
        ("20 log-probabilities", new() { Sampling = plain, Logprobs = 20 }),
    ];
    using LanguageModel model = LanguageModel.Load(path);
    Console.WriteLine("| | a step of 16 texts | with the likeliest token | more | lower and upper quartile |");
    Console.WriteLine("|---|--:|--:|--:|--:|");
    foreach ((string name, GenerationOptions options) in cases)
    {
        List<(double Asked, double Greedy)> pairs = [];
        for (int round = 0; round <= Rounds; round++)
        {
            bool isFirst = round % 2 == 0;
            GenerationOptions greedy = new() { Sampling = SamplerOptions.Greedy };
            double one = await Step(isFirst ? options : greedy), other = await Step(isFirst ? greedy : options);
            if (round > 0) pairs.Add(isFirst ? (one, other) : (other, one));
        }
        double[] more = [.. pairs.Select(pair => pair.Asked / pair.Greedy - 1).Order()];
        double asked = pairs.Select(pair => pair.Asked).Order().ElementAt(Rounds / 2), least = pairs.Select(pair => pair.Greedy).Order().ElementAt(Rounds / 2);
        Console.WriteLine($"| {name} | {asked:F2} ms | {least:F2} ms | {more[Rounds / 2]:P1} | {more[Rounds / 4]:P1} to {more[Rounds * 3 / 4]:P1} |");
    }

    // milliseconds: of all steps but those that read the prompts
    async Task<double> Step(GenerationOptions options)
    {
        options = options with { IgnoreEnd = true, MaxTokens = Written };
        GenerationResult[] results = await Task.WhenAll(Enumerable.Range(0, Texts).Select(text =>
            model.CompleteAsync([.. Enumerable.Range(100, 8).Select(id => id * (text + 1) % model.Tokenizer.VocabularySize)], options with { Sampling = options.Sampling with { Seed = (ulong)text } })));
        return results.Average(result => result.DecodeTime!.Value.TotalMilliseconds) / (Written - 1);
    }
}

// 64 clients ask again and again: prompts of 200 tokens that nobody shares, 60 tokens written
static async Task Batch(string path, int batch, int tokens)
{
    const int Clients = 64, Prompt = 200, Written = 60, Requests = 192;
    using LanguageModel model = LanguageModel.Load(path, new ModelOptions { MaxBatch = batch, MaxBatchTokens = tokens });
    GenerationOptions options = new() { Sampling = SamplerOptions.Greedy, IgnoreEnd = true, MaxTokens = Written, ShareCache = false };
    int next = 0;
    List<double> first = [];
    long started = Stopwatch.GetTimestamp();
    await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
    {
        for (int one; (one = Interlocked.Increment(ref next)) <= Requests;)
        {
            Random random = new(one);
            int[] prompt = [.. Enumerable.Range(0, Prompt).Select(_ => random.Next(model.Tokenizer.VocabularySize))];
            GenerationResult result = await model.CompleteAsync(prompt, options);
            lock (first) first.Add(result.TimeToFirstToken!.Value.TotalSeconds);
        }
    })));
    double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
    first.Sort();
    Console.WriteLine($"| {batch} | {(tokens == 0 ? "default" : tokens)} | {Requests * Written / seconds:F0} | {first[first.Count / 2]:F2} s | {first[first.Count * 95 / 100]:F2} s "
        + $"| {1000 * seconds / model.Activity.Steps:F1} ms |");
}

// twice as many requests as can be served, evenly in time: prompts of 200 tokens that nobody shares, 60 tokens written, 16 together
static async Task Queues(string path)
{
    const int Together = 16, Prompt = 200, Written = 60;
    TimeSpan time = TimeSpan.FromSeconds(20);
    GenerationOptions options = new() { Sampling = SamplerOptions.Greedy, IgnoreEnd = true, MaxTokens = Written, ShareCache = false };
    double perSecond = 0;
    Console.WriteLine("| MaxQueue | MaxQueueTokens | served | refused | told to wait | waited p50 | p95 | tokens/s written |");
    Console.WriteLine("|--:|--:|--:|--:|--:|--:|--:|--:|");
    foreach ((int? queue, long? tokens) in ((int?, long?)[])[(Together, null), (4, null), (16, null), (64, null), (256, null), (null, 800), (null, 3200), (null, 12_800)])
    {
        ModelOptions limits = new() { MaxBatch = Together, MaxQueue = queue, MaxQueueTokens = tokens };
        using LanguageModel model = LanguageModel.Load(path, limits);
        List<double> waits = [], told = [];
        List<Task> asked = [];
        long started = Stopwatch.GetTimestamp();
        if (perSecond == 0)
        {
            // what it can do: as many clients as run together, each asking again at once
            await Task.WhenAll(Enumerable.Range(0, Together).Select(_ => Task.Run(async () =>
            {
                while (Stopwatch.GetElapsedTime(started) < time) await Ask(model, waits, told);
            })));
            perSecond = waits.Count / Stopwatch.GetElapsedTime(started).TotalSeconds;
            continue;
        }
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            while (asked.Count < 2 * perSecond * Stopwatch.GetElapsedTime(started).TotalSeconds) asked.Add(Ask(model, waits, told));
            await Task.Delay(1);
        }
        await Task.WhenAll(asked);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine($"| {queue?.ToString() ?? "-"} | {tokens?.ToString() ?? "-"} | {waits.Count} | {told.Count} | {At(told, 0.5):F1} s | {At(waits, 0.5):F2} s "
            + $"| {At(waits, 0.95):F2} s | {waits.Count * Written / seconds:F0} |");
    }

    async Task Ask(LanguageModel model, List<double> waits, List<double> told)
    {
        int[] prompt = [.. Enumerable.Range(0, Prompt).Select(_ => Random.Shared.Next(model.Tokenizer.VocabularySize))];
        try
        {
            GenerationResult result = await model.CompleteAsync(prompt, options);
            lock (waits) waits.Add(result.QueueTime!.Value.TotalSeconds);
        }
        catch (BusyException busy)
        {
            lock (told) told.Add(busy.RetryAfter.TotalSeconds);
        }
    }

    static double At(List<double> values, double share) => values.Count == 0 ? 0 : values.Order().ElementAt((int)((values.Count - 1) * share));
}
