using System.Text.Json.Serialization.Metadata;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Studies;

/// <summary>Greedy texts and the circles they go in: when, how large, and what each remedy does to them.</summary>
public sealed class RepetitionStudy : Experiment<RepetitionRow>
{
    private static readonly SamplerOptions Greedy = SamplerOptions.Greedy;

    private static readonly (string Name, SamplerOptions Sampling)[] Remedies =
    [
        ("none", Greedy),
        ("repetition-penalty 1.1", Greedy with { RepetitionPenalty = 1.1 }),
        ("repetition-penalty 1.3", Greedy with { RepetitionPenalty = 1.3 }),
        ("frequency-penalty 0.5", Greedy with { FrequencyPenalty = 0.5 }),
        ("presence-penalty 1", Greedy with { PresencePenalty = 1 }),
        ("no-repeat-ngram 4", Greedy with { NoRepeatNgram = 4 }),
        ("dry-multiplier 0.8", Greedy with { DryMultiplier = 0.8 }),
    ];

    /// <summary>Beginnings of tales, for whoever has no prompt.</summary>
    public static IReadOnlyList<string> Beginnings { get; } =
    [
        "Once upon a time", "The king had", "There was a girl who", "In the forest", "The old woman said", "One day the fox", "The wind",
        "He went to the town and",
    ];

    private readonly LanguageModel _model;
    private readonly int[][] _prompts;
    private readonly int _tokens;

    /// <param name="model">The model.</param>
    /// <param name="prompts">Ids of the prompts, 1 to 64; each is continued with each remedy.</param>
    /// <param name="tokens">Tokens of a text.</param>
    /// <exception cref="GenerationException">There is no prompt, or there are too many, or the context has no room for so many tokens.</exception>
    public RepetitionStudy(LanguageModel model, IReadOnlyList<IReadOnlyList<int>> prompts, int tokens = 256)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        GenerationOptions.Require(
            prompts.Count is >= 1 and <= StepBudget.Sequences, nameof(prompts), $"from 1 to {StepBudget.Sequences} of them", prompts.Count);
        foreach (IReadOnlyList<int> prompt in prompts) Room.Require(model, prompt.Count, tokens);
        (_model, _prompts, _tokens) = (model, [.. prompts.Select(prompt => prompt.ToArray())], tokens);
    }

    /// <inheritdoc/>
    public override string Name => "repetition";

    /// <inheritdoc/>
    public override ExperimentClaim Claim { get; } = new(
        "Some prompts are continued with the likeliest token always, past any end, and searched for circles: the same run of tokens three times or more, twelve " +
            "tokens together at least.",
        "It shows when a greedy text begins to go round, how much of it is repeated, and what each remedy does to that and to the likelihood of the text.",
        "It cannot show which remedy writes best: one that forbids repetition forbids names and refrains too, and the strengths tried here are only usual ones.");

    /// <inheritdoc/>
    public override IReadOnlyList<ExperimentFact> Setting =>
    [
        .. ExperimentFact.Model(_model), ExperimentFact.List("prompts", _prompts.Select(prompt => string.Join(' ', prompt))),
        ExperimentFact.Of("tokens", _tokens), ExperimentFact.List("remedies", Remedies.Select(remedy => remedy.Name)),
    ];

    /// <inheritdoc/>
    public override int Parts => Remedies.Length;

    /// <inheritdoc/>
    public override JsonTypeInfo<RepetitionRow> RowJson => ExperimentJson.Default.RepetitionRow;

    private protected override async Task<IReadOnlyList<RepetitionRow>> MeasureAsync(int part, Action<double> within, CancellationToken cancellation)
    {
        GenerationOptions options = new() { Sampling = Remedies[part].Sampling, IgnoreEnd = true, MaxTokens = _tokens };
        TextGeneration[] texts = [.. _prompts.Select(prompt => _model.GenerateAsync(prompt, options, cancellation))];
        (List<GeneratedToken> Tokens, GenerationResult Result)[] written =
            await WrittenTexts.ReadAsync(texts, _tokens, within, cancellation).ConfigureAwait(false);
        return [Row(Remedies[part].Name, [.. written.Select(text => text.Tokens.ToArray())], written[0].Result.Text)];
    }

    private static RepetitionRow Row(string remedy, GeneratedToken[][] texts, string first)
    {
        int[][] ids = [.. texts.Select(text => text.Select(token => token.Id).ToArray())];
        TextLoop[] loops = [.. ids.Select(text => TextLoop.Find(text)).OfType<TextLoop>()];
        int tokens = ids.Sum(text => text.Length);
        return new RepetitionRow(
            remedy, texts.Length, tokens, loops.Length, Median(loops.Select(loop => loop.From)), Median(loops.Select(loop => loop.Period)),
            Repeated(2), Repeated(4), Repeated(8), tokens == 0 ? null : texts.Sum(text => text.Sum(token => (double)token.Logprob)) / tokens, first);

        double? Repeated(int n) => ids.Average(text => Ngrams.Repeated(text, n));
    }

    /// <summary>The middle one, or between the two in the middle; null for none.</summary>
    internal static double? Median(IEnumerable<int> values)
    {
        int[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? null : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2.0;
    }
}
