using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.Sampling;

namespace Sandglass;

/// <summary>Measures how fast a model reads and writes here, and how near that is to what the machine can do.</summary>
public static class Benchmark
{
    /// <summary>Makes one measurement.</summary>
    /// <param name="model">The model; nothing else should run on it meanwhile.</param>
    /// <param name="task">What to measure.</param>
    /// <param name="limits">The machine's limits with as many threads as the model has.</param>
    /// <param name="cancellationToken">Ends the run with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="GenerationException">A number is out of its range, or the task needs more positions than the context has.</exception>
    public static async Task<BenchmarkResult> MeasureAsync(LanguageModel model, BenchmarkTask task, MachineLimits limits, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(limits);
        GenerationOptions.Require(task.Tokens is >= 1 and <= 1 << 24, "tokens", "a whole number from 1 to 16777216", $"{task.Tokens}");
        GenerationOptions.Require(task.Repeat is >= 1 and <= 1000, "repeat", "a whole number from 1 to 1000", $"{task.Repeat}");
        GenerationOptions.Require(task.Kind != BenchmarkKind.DecodeDepth || task.Depth is >= 1 and <= 1 << 24, "depth", "a whole number from 1 to 16777216", $"{task.Depth}");
        GenerationOptions.Require(task.Positions <= model.Context, "context", $"at least {task.Positions}, which the measurement needs", $"{model.Context}");

        (double[] rates, double work) = task.Kind switch
        {
            BenchmarkKind.Prefill => await PrefillAsync(model, task, cancellationToken).ConfigureAwait(false),
            BenchmarkKind.Decode => await DecodeAsync(model, task, cancellationToken).ConfigureAwait(false),
            _ => await DecodeAtDepthAsync(model, task, cancellationToken).ConfigureAwait(false),
        };
        Array.Sort(rates);
        double median = (rates[(rates.Length - 1) / 2] + rates[rates.Length / 2]) / 2;
        bool int8 = model.HasQuantizedWeights && model.Options.Compute == ComputeMode.Fast;
        MachineLimit limit = task.Kind != BenchmarkKind.Prefill ? limits.ReadBytes : int8 ? limits.Int8Operations : limits.Fp32Operations;
        return new BenchmarkResult(task, model.Name, limits.Threads, median, Share(rates[^1] - rates[0], median), Share(work * median, limit.PerSecond), KernelPath.Name);
    }

    private static async Task<(double[] Rates, double Work)> PrefillAsync(LanguageModel model, BenchmarkTask task, CancellationToken cancellation)
    {
        double[] rates = new double[task.Repeat];
        double operations = 0;
        for (int run = -1; run < task.Repeat; run++)
        {
            GenerationResult result = await RunAsync(model, task.Tokens, 1, null, cancellation).ConfigureAwait(false);
            operations = 2.0 * (result.MultiplyAdds.Projections + result.MultiplyAdds.FeedForward) / task.Tokens;
            if (run >= 0) rates[run] = result.PrefillTokensPerSecond;
        }
        return (rates, operations);
    }

    private static async Task<(double[] Rates, double Work)> DecodeAsync(LanguageModel model, BenchmarkTask task, CancellationToken cancellation)
    {
        double[] rates = new double[task.Repeat];
        for (int run = -1; run < task.Repeat; run++)
        {
            // the first token comes with the prompt: one more, so that as many are timed as were asked for
            GenerationResult result = await RunAsync(model, 1, task.Tokens + 1, null, cancellation).ConfigureAwait(false);
            if (run >= 0) rates[run] = result.DecodeTokensPerSecond;
        }
        return (rates, BytesPerToken(model, depth: 1 + task.Tokens / 2.0));
    }

    /// <summary>The long prompt is read once: the tokens that warm up lead to the depth, and the runs follow one another from there.</summary>
    private static async Task<(double[] Rates, double Work)> DecodeAtDepthAsync(LanguageModel model, BenchmarkTask task, CancellationToken cancellation)
    {
        int warming = Math.Min(task.Tokens, task.Depth - 1);
        TimeSpan[] at = new TimeSpan[1 + warming + task.Tokens * task.Repeat];
        await RunAsync(model, task.Depth - warming, at.Length, at, cancellation).ConfigureAwait(false);

        double[] rates = new double[task.Repeat];
        for (int run = 0; run < rates.Length; run++)
        {
            int from = warming + run * task.Tokens;
            rates[run] = Share(task.Tokens, (at[from + task.Tokens] - at[from]).TotalSeconds);
        }
        return (rates, BytesPerToken(model, task.Depth + task.Tokens * task.Repeat / 2.0));
    }

    /// <summary>Weights, and keys and values of the positions before.</summary>
    private static double BytesPerToken(LanguageModel model, double depth)
    {
        CacheShape cache = model.Pages.Shape;
        return model.WeightBytesPerToken + depth * cache.Layers * cache.PageBytes / CacheShape.PagePositions;
    }

    private static async Task<GenerationResult> RunAsync(LanguageModel model, int prompt, int tokens, TimeSpan[]? at, CancellationToken cancellation)
    {
        GenerationOptions options = new() { Sampling = SamplerOptions.Greedy, IgnoreEnd = true, MaxTokens = tokens };
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
}
