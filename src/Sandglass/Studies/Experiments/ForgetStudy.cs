using System.Text.Json.Serialization.Metadata;
using Sandglass.Generation;

namespace Sandglass.Studies;

/// <summary>An instruction at the start of a text, and what is left of it as the distance grows.</summary>
public sealed class ForgetStudy : Experiment<ForgetRow>
{
    private const int Around = 64;      // positions that instruction, question and begin token have room in

    private static readonly string[] Names =
    [
        "Tom", "Jack", "Anna", "Peter", "John", "Mary", "Hans", "Henry", "George", "William", "James", "Alice", "Robert", "Lucy", "Paul", "David", "Rose",
        "Sam",
    ];

    private readonly LanguageModel _model;
    private readonly int[] _distances;
    private readonly int _trials;
    private readonly ulong _seed;
    private readonly ForcedChoice _choice;

    /// <param name="model">The model.</param>
    /// <param name="distances">Tokens between instruction and question, from 0, in the order of the rows.</param>
    /// <param name="trials">Texts for each, 1 to 10000.</param>
    /// <param name="seed">Of names and sentences.</param>
    /// <exception cref="GenerationException">A number is out of its range, or the context has no room for a distance.</exception>
    public ForgetStudy(LanguageModel model, IReadOnlyList<int> distances, int trials = 32, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(distances);
        GenerationOptions.Require(
            distances.Count > 0 && distances.All(distance => distance >= 0 && distance <= model.Context - Around), nameof(distances),
            $"whole numbers from 0 to {model.Context - Around}", string.Join(',', distances));
        GenerationOptions.Require(trials is >= 1 and <= 10_000, nameof(trials), "a whole number from 1 to 10000", trials);
        (_model, _distances, _trials, _seed) = (model, [.. distances], trials, seed);
        _choice = new ForcedChoice(model.Tokenizer, Names);
    }

    /// <inheritdoc/>
    public override string Name => "forget";

    /// <inheritdoc/>
    public override ExperimentClaim Claim { get; } = new(
        "A text begins with what the king is to be called, goes on with sentences about other things, and asks for the name; the same text without its " +
            "beginning is read too, and both distributions are compared.",
        "It shows how what was said at the start loses its hold with distance: on the choice among eight names, on the likelihood of the right one, and on " +
            "the distribution as a whole.",
        "It cannot show obedience: to use a name that was given is the least that an instruction can ask, and a model trained on conversations is held to " +
            "its instructions by more than their words.");

    /// <inheritdoc/>
    public override IReadOnlyList<ExperimentFact> Setting =>
    [
        .. ExperimentFact.Model(_model), ExperimentFact.List("distances", _distances), ExperimentFact.Of("trials", _trials),
        ExperimentFact.Of("seed", _seed),
    ];

    /// <inheritdoc/>
    public override int Parts => _distances.Length;

    /// <inheritdoc/>
    public override JsonTypeInfo<ForgetRow> RowJson => ExperimentJson.Default.ForgetRow;

    private protected override async Task<IReadOnlyList<ForgetRow>> MeasureAsync(int part, Action<double> within, CancellationToken cancellation)
    {
        int hits = 0;
        double lift = 0, divergence = 0;
        for (int trial = 0; trial < _trials; trial++)
        {
            Dice dice = new(_seed, trial);
            int right = dice.Next(_choice.Words.Count);
            string[] sentences = [.. FillerText.Sentences(dice, _model.Tokenizer, _distances[part])];
            string rest = string.Join(' ', sentences.Append("The name of the king is"));
            string instruction = $"In this tale the name of the king is {_choice.Words[right]}.";
            (bool isHit, double with, ReadOnlyMemory<float> own) = await AskAsync($"{instruction} {rest}").ConfigureAwait(false);
            (_, double without, ReadOnlyMemory<float> other) = await AskAsync(rest).ConfigureAwait(false);
            hits += isHit ? 1 : 0;
            lift += with - without;
            divergence += Divergence.KullbackLeibler(own.Span, other.Span);
            within((trial + 1) / (double)_trials);

            Task<(bool IsHit, double Logprob, ReadOnlyMemory<float> Logits)> AskAsync(string text) =>
                _choice.AskAsync(_model, _model.Tokenizer.Encode(text).Ids, right, cancellation);
        }
        WilsonInterval interval = WilsonInterval.Of(hits, _trials);
        return [new ForgetRow(_distances[part], _trials, hits, hits / (double)_trials, interval.Low, interval.High, lift / _trials, divergence / _trials)];
    }
}
