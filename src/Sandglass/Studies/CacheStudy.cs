using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Tracing;

namespace Sandglass.Studies;

/// <summary>What the KV cache saves: one prompt continued with and without it, with work counted and time measured as the text grows.</summary>
public static class CacheStudy
{
    private const int Windows = 8;
    private const int Timings = 5;      // runs of the whole text; an odd number, so that one of them is the median

    /// <summary>What it shows, and what it cannot.</summary>
    public static ExperimentClaim Claim { get; } = new(
        "The same text is written with keys and values kept and with all of it read anew for each token; work is counted where it is done, and time is " +
            "measured.",
        "It shows by which power of the length each kind of work grows, and that the cache takes one power off all of it without changing a token.",
        "It cannot show how fast a model is: times of a small one are mostly those of whatever does not grow, and the clock of a busy machine wavers.");

    /// <summary>Generates the same text both ways and compares.</summary>
    /// <param name="model">The model; nothing else should use it at the same time.</param>
    /// <param name="prompt">Ids of the prompt.</param>
    /// <param name="tokens">Tokens to generate, at least 16.</param>
    /// <param name="progress">Reports each token, and progress within a prompt; null for no reports.</param>
    /// <param name="cancellationToken">Ends the study with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="GenerationException">Too few tokens, or more than the context holds.</exception>
    public static async Task<CacheStudyResult> RunAsync(
        LanguageModel model, IReadOnlyList<int> prompt, int tokens, IProgress<CacheStudyProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        Require(model, prompt, tokens);
        CacheStudyWay with = await WriteAsync(model, prompt, tokens, cache: true, progress, cancellationToken).ConfigureAwait(false);
        CacheStudyWay without = await WriteAsync(model, prompt, tokens, cache: false, progress, cancellationToken).ConfigureAwait(false);
        return Compare(with, without, model.Options.Compute);
    }

    /// <summary>Both ways beside each other.</summary>
    /// <param name="with">With the cache.</param>
    /// <param name="without">Without it.</param>
    /// <param name="compute">How quantised weights were multiplied.</param>
    public static CacheStudyResult Compare(CacheStudyWay with, CacheStudyWay without, ComputeMode compute)
    {
        ArgumentNullException.ThrowIfNull(with);
        ArgumentNullException.ThrowIfNull(without);
        return new CacheStudyResult(
            [.. with.Rows, .. without.Rows], [with.Growth, without.Growth], with.Ids.SequenceEqual(without.Ids), KernelPath.Name, compute);
    }

    /// <exception cref="GenerationException">Too few tokens, or more than the context holds.</exception>
    internal static void Require(LanguageModel model, IReadOnlyList<int> prompt, int tokens) => GenerationOptions.Require(
        tokens >= 2 * Windows && prompt.Count + (long)tokens <= model.Context, nameof(tokens),
        $"a whole number from {2 * Windows} to {model.Context - prompt.Count}, which the context has room for", tokens);

    /// <summary>
    /// Generates an eighth of the tokens, then two eighths and so on: a window's work is the difference between two runs. Times are those of the runs of the
    /// whole text, of which there are several.
    /// </summary>
    internal static async Task<CacheStudyWay> WriteAsync(
        LanguageModel model, IReadOnlyList<int> prompt, int tokens, bool cache, IProgress<CacheStudyProgress>? progress, CancellationToken cancellation)
    {
        CacheStudyRow[] rows = new CacheStudyRow[Windows];
        List<GeneratedToken> written = [];
        GenerationResult? before = null;
        int done = 0, all = Enumerable.Range(1, Windows).Sum(i => tokens * i / Windows) + (Timings - 1) * tokens;
        TimeSpan[][] times = new TimeSpan[Timings][];       // [run][row], the mean of a token
        // so that a long prompt is not silent
        Progress<(int Read, int Total)>? reading = progress is null ? null : new(_ => progress.Report(new CacheStudyProgress(cache, done, all)));
        // ShareCache off: a run that began with the pages of the one before would hide its prompt's work
        GenerationOptions greedy = new()
        {
            Sampling = Sampling.SamplerOptions.Greedy,
            IgnoreEnd = true,
            NoCache = !cache,
            ShareCache = false,
            PromptProgress = reading,
        };
        for (int run = 0; run < Windows + Timings - 1; run++)
        {
            int row = Math.Min(run, Windows - 1), count = tokens * (row + 1) / Windows;
            TextGeneration generation = model.GenerateAsync(prompt, greedy with { MaxTokens = count }, cancellation);
            written.Clear();
            await foreach (GeneratedToken token in generation.ConfigureAwait(false))
            {
                written.Add(token);
                progress?.Report(new CacheStudyProgress(cache, ++done, all));
            }
            GenerationResult result = await generation.Result.ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            if (run == row)
            {
                rows[row] = new CacheStudyRow(
                    cache, count, prompt.Count + count, result.LayerTokenPasses, result.MultiplyAdds, result.CacheBytes, default, Window(result, before));
            }
            if (row == Windows - 1) times[run - row] = [.. Enumerable.Range(0, Windows).Select(i => TimePerToken(written, rows, i))];
            before = result;
        }
        for (int i = 0; i < Windows; i++)
            rows[i] = rows[i] with { TimePerToken = times.Select(run => run[i]).Order().ElementAt(Timings / 2) };
        return new CacheStudyWay(rows, CacheGrowth.Of(rows, times), [.. written.Select(token => token.Id)]);
    }

    private static TimeSpan TimePerToken(List<GeneratedToken> written, CacheStudyRow[] rows, int row)
    {
        int from = row == 0 ? 0 : rows[row - 1].Tokens - 1, to = rows[row].Tokens - 1;
        return (written[to].Elapsed - written[from].Elapsed) / (to - from);
    }

    private static CacheWindow Window(GenerationResult result, GenerationResult? before)
    {
        MultiplyAdds all = result.MultiplyAdds, old = before?.MultiplyAdds ?? default;
        double tokens = result.CompletionTokens - (before?.CompletionTokens ?? 0);
        return new CacheWindow(
            (result.LayerTokenPasses - (before?.LayerTokenPasses ?? 0)) / tokens,
            (all.Projections - old.Projections) / tokens, (all.FeedForward - old.FeedForward) / tokens,
            (all.Attention - old.Attention) / tokens, (all.Logits - old.Logits) / tokens);
    }
}
