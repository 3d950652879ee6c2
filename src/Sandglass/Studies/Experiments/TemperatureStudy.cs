using System.Text.Json.Serialization.Metadata;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Studies;

/// <summary>One prompt, many texts: how different and how likely they are, by temperature.</summary>
public sealed class TemperatureStudy : Experiment<TemperatureRow>
{
    private readonly LanguageModel _model;
    private readonly int[] _prompt;
    private readonly double[] _temperatures;
    private readonly int _texts, _tokens;
    private readonly ulong _seed;

    /// <param name="model">The model.</param>
    /// <param name="prompt">Ids of the prompt.</param>
    /// <param name="temperatures">From 0, in the order of the rows.</param>
    /// <param name="texts">Texts at each temperature, 2 to 64.</param>
    /// <param name="tokens">Tokens of a text at most.</param>
    /// <param name="seed">Of the first text; each further one has the next.</param>
    /// <exception cref="GenerationException">A number is out of its range, or the context has no room for so many tokens.</exception>
    public TemperatureStudy(
        LanguageModel model, IReadOnlyList<int> prompt, IReadOnlyList<double> temperatures, int texts = 16, int tokens = 48, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(temperatures);
        GenerationOptions.Require(texts is >= 2 and <= StepBudget.Sequences, "samples", $"a whole number from 2 to {StepBudget.Sequences}", texts);
        Room.Require(model, prompt.Count, tokens);
        GenerationOptions.Require(temperatures.Count > 0, nameof(temperatures), "at least one", 0);
        (_model, _prompt, _temperatures, _texts, _tokens, _seed) = (model, [.. prompt], [.. temperatures], texts, tokens, seed);
    }

    /// <inheritdoc/>
    public override string Name => "temperature";

    /// <inheritdoc/>
    public override ExperimentClaim Claim { get; } = new(
        "The same prompt is continued many times at each temperature, with no filter beside it, and the texts are compared: how many of their runs of tokens " +
            "are different, how many texts are equal, and how likely their tokens are for the model itself at temperature 1.",
        "It shows what temperature buys and what it costs: variety goes up and likelihood down, and at 0 all texts are one.",
        "It cannot show whether a text is good: a likely token is what the model expects, not what is true or well said.");

    /// <inheritdoc/>
    public override IReadOnlyList<ExperimentFact> Setting =>
    [
        .. ExperimentFact.Model(_model), ExperimentFact.List("prompt", _prompt), ExperimentFact.List("temperatures", _temperatures),
        ExperimentFact.Of("texts", _texts), ExperimentFact.Of("tokens", _tokens), ExperimentFact.Of("seed", _seed),
    ];

    /// <inheritdoc/>
    public override int Parts => _temperatures.Length;

    /// <inheritdoc/>
    public override JsonTypeInfo<TemperatureRow> RowJson => ExperimentJson.Default.TemperatureRow;

    private protected override async Task<IReadOnlyList<TemperatureRow>> MeasureAsync(int part, Action<double> within, CancellationToken cancellation)
    {
        double temperature = _temperatures[part];
        GenerationOptions options = new()
        {
            Sampling = new SamplerOptions { Temperature = temperature, TopK = 0, TopP = 1, MinP = 0, Seed = _seed },
            MaxTokens = _tokens,
        };
        IReadOnlyList<TextGeneration> texts = _model.GenerateSamples(_prompt, _texts, options, cancellation);
        (List<GeneratedToken> Tokens, GenerationResult Result)[] written =
            await WrittenTexts.ReadAsync(texts, _tokens, within, cancellation).ConfigureAwait(false);
        return [Row(temperature, [.. written.Select(text => text.Tokens.ToArray())], written[0].Result.Text)];
    }

    private static TemperatureRow Row(double temperature, GeneratedToken[][] texts, string first)
    {
        int[][] ids = [.. texts.Select(text => text.Select(token => token.Id).ToArray())];
        int tokens = ids.Sum(text => text.Length);
        int equal = ids.GroupBy(text => string.Join(',', text)).Where(same => same.Count() > 1).Sum(same => same.Count());
        return new TemperatureRow(
            temperature, texts.Length, tokens, tokens == 0 ? null : texts.Sum(text => text.Sum(token => (double)token.Logprob)) / tokens,
            Ngrams.Distinct(ids, 1), Ngrams.Distinct(ids, 2), Ngrams.Distinct(ids, 3), equal / (double)texts.Length, first);
    }
}
