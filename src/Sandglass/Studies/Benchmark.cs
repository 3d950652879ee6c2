using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.Sampling;

namespace Sandglass.Studies;

/// <summary>Measures prefill and decode rates of a model on this machine, and their share of what the machine can do.</summary>
public static class Benchmark
{
    /// <summary>Makes one measurement.</summary>
    /// <param name="model">The model; nothing else should use it at the same time.</param>
    /// <param name="task">What to measure.</param>
    /// <param name="limits">The machine's limits with as many threads as the model has.</param>
    /// <param name="cancellationToken">Ends the run with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="GenerationException">A number is out of its range, or the task needs more positions than the context has.</exception>
    public static async Task<BenchmarkResult> MeasureAsync(
        LanguageModel model, BenchmarkTask task, MachineLimits limits, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(limits);
        GenerationOptions.Require(task.Tokens is >= 1 and <= 1 << 24, nameof(task.Tokens), "a whole number from 1 to 16777216", task.Tokens);
        GenerationOptions.Require(task.Repeat is >= 1 and <= 1000, nameof(task.Repeat), "a whole number from 1 to 1000", task.Repeat);
        GenerationOptions.Require(
            task.Kind != BenchmarkKind.DecodeDepth || task.Depth is >= 1 and <= 1 << 24, nameof(task.Depth), "a whole number from 1 to 16777216", task.Depth);
        GenerationOptions.Require(
            task.Positions <= model.Context, nameof(model.Context), $"at least {task.Positions}, which the measurement needs", model.Context);
        GenerationOptions.Require(
            task.Batch is >= 1 and <= StepBudget.Sequences, nameof(task.Batch), $"a whole number from 1 to {StepBudget.Sequences}", task.Batch);

        if (task.Kind == BenchmarkKind.Long) return await LongAsync(model, task, limits, cancellationToken).ConfigureAwait(false);
        (double[] rates, Demand demand) = task.Kind switch
        {
            BenchmarkKind.Prefill => await PrefillAsync(model, task, cancellationToken).ConfigureAwait(false),
            BenchmarkKind.Decode => await DecodeAsync(model, task, cancellationToken).ConfigureAwait(false),
            BenchmarkKind.DecodeDepth => await DecodeAtDepthAsync(model, task, cancellationToken).ConfigureAwait(false),
            _ => await BatchAsync(model, task, cancellationToken).ConfigureAwait(false),
        };
        Array.Sort(rates);
        double median = (rates[(rates.Length - 1) / 2] + rates[rates.Length / 2]) / 2;
        bool int8 = model.HasQuantizedWeights && model.Options.Compute != ComputeMode.Exact;
        if (int8 && model.Options.Compute == ComputeMode.Fine) demand = demand with { Operations = 2 * demand.Operations }; // each weight times two planes
        double arithmetic = (int8 ? limits.Int8Operations : limits.Fp32Operations).PerSecond;
        double share = Math.Max(Share(demand.Bytes * median, limits.ReadBytes.PerSecond), Share(demand.Operations * median, arithmetic));
        return new BenchmarkResult(task, model.Name, limits.Threads, median, Share(rates[^1] - rates[0], median), share, KernelPath.Name);
    }

    private static async Task<(double[] Rates, Demand Demand)> PrefillAsync(LanguageModel model, BenchmarkTask task, CancellationToken cancellation)
    {
        double[] rates = new double[task.Repeat];
        double operations = 0;
        for (int run = -1; run < task.Repeat; run++)
        {
            GenerationResult result = await RunAsync(model, task.Tokens, 1, null, cancellation).ConfigureAwait(false);
            operations = OperationsPerToken(result);
            if (run >= 0) rates[run] = result.PrefillTokensPerSecond;
        }
        return (rates, new Demand(0, operations));
    }

    private static async Task<(double[] Rates, Demand Demand)> DecodeAsync(LanguageModel model, BenchmarkTask task, CancellationToken cancellation)
    {
        double[] rates = new double[task.Repeat];
        for (int run = -1; run < task.Repeat; run++)
        {
            // the first token comes with the prompt, so one more is generated than is timed
            GenerationResult result = await RunAsync(model, 1, task.Tokens + 1, null, cancellation).ConfigureAwait(false);
            if (run >= 0) rates[run] = result.DecodeTokensPerSecond;
        }
        return (rates, new Demand(model.WeightBytesPerToken + CacheBytes(model, depth: 1 + task.Tokens / 2.0), 0));
    }

    /// <summary>The long prompt is processed once: the warm-up tokens lead to the depth, and the runs follow from there.</summary>
    private static async Task<(double[] Rates, Demand Demand)> DecodeAtDepthAsync(LanguageModel model, BenchmarkTask task, CancellationToken cancellation)
    {
        int warming = Math.Min(task.Tokens, task.Depth - 1);
        TimeSpan[] at = new TimeSpan[1 + warming + task.Tokens * task.Repeat];
        await RunAsync(model, task.Depth - warming, at.Length, at, cancellation).ConfigureAwait(false);

        double[] rates = [.. Enumerable.Range(0, task.Repeat).Select(run => Rate(at, warming + run * task.Tokens, task.Tokens))];
        return (rates, new Demand(model.WeightBytesPerToken + CacheBytes(model, task.Depth + task.Tokens * task.Repeat / 2.0), 0));
    }

    /// <summary>All texts begin at once and are generated together, one run after another; a run's rate is the sum of its texts' rates.</summary>
    private static async Task<(double[] Rates, Demand Demand)> BatchAsync(LanguageModel model, BenchmarkTask task, CancellationToken cancellation)
    {
        int tokens = 1 + task.Tokens * task.Repeat + 2 * BenchmarkTask.Gathering;
        TimeSpan[][] at = [.. Enumerable.Range(0, task.Batch).Select(_ => new TimeSpan[tokens])];
        GenerationResult[] results = await Task.WhenAll(at.Select(times => RunAsync(model, 1, tokens, times, cancellation))).ConfigureAwait(false);

        double[] rates =
            [.. Enumerable.Range(0, task.Repeat).Select(run => at.Sum(times => Rate(times, BenchmarkTask.Gathering + run * task.Tokens, task.Tokens)))];
        double bytes = model.WeightBytesPerToken / (double)task.Batch + CacheBytes(model, depth: tokens / 2.0);
        return (rates, new Demand(bytes, task.Batch == 1 ? 0 : OperationsPerToken(results[0])));
    }

    /// <summary>One text, generated once, with memory sampled on the way.</summary>
    private static async Task<BenchmarkResult> LongAsync(LanguageModel model, BenchmarkTask task, MachineLimits limits, CancellationToken cancellation)
    {
        GenerationOptions.Require(model.Options.Window > 0, nameof(model.Options.Window), "positions that a token sees: a long text needs a window", "none");
        GenerationOptions options = new() { Sampling = new SamplerOptions { Seed = 1 }, IgnoreEnd = true, MaxTokens = task.Tokens, ShareCache = false };
        int[] ids = [1];
        TextGeneration generation = model.GenerateAsync(ids, options, cancellation);
        long pages = 0, before = 0;
        await foreach (GeneratedToken token in generation.ConfigureAwait(false))
        {
            pages = Math.Max(pages, model.Pages.Held);
            if (token.Index == task.Tokens / 10) before = Environment.WorkingSet;
        }
        GenerationResult result = await generation.Result.ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        MemoryCourse memory = new(pages * model.Pages.Shape.PageBytes, before, Environment.WorkingSet);
        double bytes = model.WeightBytesPerToken + CacheBytes(model, Math.Min(task.Tokens, model.Options.Window + model.Options.SinkTokens));
        double rate = result.DecodeTokensPerSecond, share = Share(bytes * rate, limits.ReadBytes.PerSecond);
        return new BenchmarkResult(task, model.Name, limits.Threads, rate, 0, share, KernelPath.Name) { Memory = memory };
    }

    private static double Rate(TimeSpan[] at, int from, int tokens) => Share(tokens, (at[from + tokens] - at[from]).TotalSeconds);

    private static double OperationsPerToken(GenerationResult result) =>
        2.0 * (result.MultiplyAdds.Projections + result.MultiplyAdds.FeedForward) / (result.PromptIds.Count + result.CompletionTokens - 1);

    /// <summary>Bytes of the keys and values of all positions before a token.</summary>
    private static double CacheBytes(LanguageModel model, double depth)
    {
        CacheShape cache = model.Pages.Shape;
        return depth * cache.Layers * cache.PageBytes / CacheShape.PagePositions;
    }

    private static async Task<GenerationResult> RunAsync(LanguageModel model, int prompt, int tokens, TimeSpan[]? at, CancellationToken cancellation)
    {
        GenerationOptions options = new() { Sampling = SamplerOptions.Greedy, IgnoreEnd = true, MaxTokens = tokens, ShareCache = false };
        int vocabulary = model.Tokenizer.VocabularySize;
        int[] ids = [.. Enumerable.Range(1, prompt).Select(i => (int)(i * 7919L % vocabulary))];   // a prime, so that ids differ and lie far apart
        TextGeneration generation = model.GenerateAsync(ids, options, cancellation);
        await foreach (GeneratedToken token in generation.ConfigureAwait(false))
        {
            if (at is not null) at[token.Index] = token.Elapsed;
        }
        GenerationResult result = await generation.Result.ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.CompletionTokens != tokens) throw new OperationCanceledException("The model was disposed of during the measurement.");
        return result;
    }

    private static double Share(double part, double of) => of > 0 ? part / of : 0;

    /// <summary>The least that a token costs of each resource that may be the limit: bytes of weights and cache, arithmetic operations; 0 where it does not
    /// matter.</summary>
    private readonly record struct Demand(double Bytes, double Operations);
}
