using System.Text.Json.Serialization.Metadata;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Studies;

/// <summary>Latency against throughput: how fast one text comes, and how fast all do, by how many are written together. Measured.</summary>
public sealed class BatchStudy : Experiment<BatchRow>
{
    private readonly LanguageModel _model;
    private readonly int[] _prompt, _batches;
    private readonly int _tokens, _repeat;

    /// <param name="model">The model; nothing else should use it at the same time.</param>
    /// <param name="prompt">Ids of the prompt.</param>
    /// <param name="batches">Texts at once, 1 to 64 each, in the order of the rows.</param>
    /// <param name="tokens">Tokens of a text, at least 2.</param>
    /// <param name="repeat">Repetitions, of which the median counts; one before them warms up.</param>
    /// <exception cref="GenerationException">A number is out of its range, or the context has no room for so many tokens.</exception>
    public BatchStudy(LanguageModel model, IReadOnlyList<int> prompt, IReadOnlyList<int> batches, int tokens = 64, int repeat = 3)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(batches);
        GenerationOptions.Require(
            batches.Count > 0 && batches.All(batch => batch is >= 1 and <= StepBudget.Sequences), nameof(batches),
            $"whole numbers from 1 to {StepBudget.Sequences}", string.Join(',', batches));
        GenerationOptions.Require(tokens >= 2, nameof(tokens), "a whole number from 2", tokens);
        Room.Require(model, prompt.Count, tokens);
        GenerationOptions.Require(repeat is >= 1 and <= 1000, nameof(repeat), "a whole number from 1 to 1000", repeat);
        (_model, _prompt, _batches, _tokens, _repeat) = (model, [.. prompt], [.. batches], tokens, repeat);
    }

    /// <inheritdoc/>
    public override string Name => "batch";

    /// <inheritdoc/>
    public override ExperimentClaim Claim { get; } = new(
        "So many texts are written at once from one prompt, the likeliest token always, and the time of every token is taken; the figures are measured, so " +
            "no two runs are quite alike.",
        "It shows the bargain of batching: weights are read once for all texts of a step, so together they come faster while each of them comes slower.",
        "It cannot show a server: there texts come and go, prompts are read between their tokens, and whoever waits for a place waits longer than this.");

    /// <inheritdoc/>
    public override IReadOnlyList<ExperimentFact> Setting =>
    [
        .. ExperimentFact.Model(_model), ExperimentFact.List("prompt", _prompt), ExperimentFact.List("batches", _batches),
        ExperimentFact.Of("tokens", _tokens), ExperimentFact.Of("repeat", _repeat), ExperimentFact.Of("threads", _model.Options.Threads),
    ];

    /// <inheritdoc/>
    public override int Parts => _batches.Length;

    /// <inheritdoc/>
    public override JsonTypeInfo<BatchRow> RowJson => ExperimentJson.Default.BatchRow;

    private protected override async Task<IReadOnlyList<BatchRow>> MeasureAsync(int part, Action<double> within, CancellationToken cancellation)
    {
        int batch = _batches[part];
        GenerationOptions options = new() { Sampling = SamplerOptions.Greedy, IgnoreEnd = true, MaxTokens = _tokens, ShareCache = false };
        List<double> rates = [], between = [], firsts = [];     // tokens a second; ms
        for (int run = -1; run < _repeat; run++)
        {
            IReadOnlyList<TextGeneration> texts = _model.GenerateSamples(_prompt, batch, options, cancellation);
            double before = run + 1;
            (List<GeneratedToken> Tokens, GenerationResult Result)[] written = await WrittenTexts.ReadAsync(
                texts, _tokens, share => within((before + share) / (_repeat + 1)), cancellation).ConfigureAwait(false);
            if (run < 0) continue;
            double seconds = (written.Max(text => text.Tokens[^1].Elapsed) - written.Min(text => text.Tokens[0].Elapsed)).TotalSeconds;
            rates.Add(seconds > 0 ? batch * (_tokens - 1) / seconds : 0);
            foreach ((List<GeneratedToken> tokens, _) in written)
            {
                firsts.Add(tokens[0].Elapsed.TotalMilliseconds);
                for (int i = 1; i < tokens.Count; i++) between.Add((tokens[i].Elapsed - tokens[i - 1].Elapsed).TotalMilliseconds);
            }
        }
        return
        [
            new BatchRow(
                batch, _tokens, Quantile(rates, 0.5), rates.Min(), rates.Max(), Quantile(between, 0.5), Quantile(between, 0.95), Quantile(firsts, 0.5)),
        ];
    }

    /// <summary>The value that so large a share of all is at most; between two of them by their distance.</summary>
    internal static double Quantile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[^1];
    }
}
