using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Sandglass.Generation;
using Sandglass.Tokenization;

namespace Sandglass.Studies;

/// <summary>Whether a fact is found wherever it stands: at the beginning, in the middle, at the end of a long context.</summary>
/// <remarks>After Liu et al., <i>Lost in the middle: how language models use long contexts</i> (2023).</remarks>
public sealed class MiddleStudy : Experiment<MiddleRow>
{
    private const int Keys = 1000, ShortestContext = 64;

    private static readonly string[] Things =
        ["gold", "bread", "silver", "milk", "water", "salt", "iron", "wood", "honey", "butter", "stone", "glass", "wool", "fish", "corn", "cake"];

    private readonly LanguageModel _model;
    private readonly int[] _lengths;
    private readonly double[] _positions;
    private readonly int _trials;
    private readonly ulong _seed;
    private readonly ForcedChoice _choice;

    /// <param name="model">The model.</param>
    /// <param name="lengths">Tokens of a context, at least 64.</param>
    /// <param name="positions">Places of the fact, from 0 to 1.</param>
    /// <param name="trials">Questions for each row, 1 to 10000.</param>
    /// <param name="seed">Of the sentences, keys and words.</param>
    /// <exception cref="GenerationException">A number is out of its range, or the context is longer than the model's.</exception>
    public MiddleStudy(LanguageModel model, IReadOnlyList<int> lengths, IReadOnlyList<double> positions, int trials = 16, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(lengths);
        ArgumentNullException.ThrowIfNull(positions);
        int most = model.Context - 1;       // one more for what is asked
        GenerationOptions.Require(
            lengths.Count > 0 && lengths.All(length => length >= ShortestContext && length <= most), nameof(lengths),
            $"whole numbers from {ShortestContext} to {most}", string.Join(',', lengths));
        GenerationOptions.Require(
            positions.Count > 0 && positions.All(position => position is >= 0 and <= 1), nameof(positions), "numbers from 0 to 1",
            string.Join(',', positions.Select(position => position.ToString(CultureInfo.InvariantCulture))));
        GenerationOptions.Require(trials is >= 1 and <= 10_000, nameof(trials), "a whole number from 1 to 10000", trials);
        (_model, _lengths, _positions, _trials, _seed) = (model, [.. lengths], [.. positions], trials, seed);
        _choice = new ForcedChoice(model.Tokenizer, Things);
    }

    /// <inheritdoc/>
    public override string Name => "middle";

    /// <inheritdoc/>
    public override ExperimentClaim Claim { get; } = new(
        "A fact is put at a place of a context, among sentences of another kind (retrieval) or among facts of its own kind (key-value), and asked for at the " +
            "end: the answer is the likeliest of eight words, so one in eight is guessing.",
        "It shows by place and length how often a fact is found, and with the interval how far chance alone may have moved that.",
        "It cannot show whether a model understands what it finds: the question repeats the words of the fact, and to copy what followed them is enough.");

    /// <inheritdoc/>
    public override IReadOnlyList<ExperimentFact> Setting =>
    [
        .. ExperimentFact.Model(_model), ExperimentFact.List("lengths", _lengths), ExperimentFact.List("positions", _positions),
        ExperimentFact.Of("trials", _trials), ExperimentFact.Of("seed", _seed),
    ];

    /// <inheritdoc/>
    public override int Parts => 2 * _lengths.Length * _positions.Length;

    /// <inheritdoc/>
    public override JsonTypeInfo<MiddleRow> RowJson => ExperimentJson.Default.MiddleRow;

    private protected override async Task<IReadOnlyList<MiddleRow>> MeasureAsync(int part, Action<double> within, CancellationToken cancellation)
    {
        (int form, int rest) = Math.DivRem(part, _lengths.Length * _positions.Length);
        (int length, double position) = (_lengths[rest / _positions.Length], _positions[rest % _positions.Length]);
        int hits = 0;
        double logprobs = 0;
        for (int trial = 0; trial < _trials; trial++)
        {
            Dice dice = new(_seed, trial);      // the same facts and words at every place and length
            (string text, int right) = form == 0
                ? Retrieval(_model.Tokenizer, _choice.Words, dice, length, position) : KeyValue(_model.Tokenizer, _choice.Words, dice, length, position);
            (bool isHit, double logprob, _) =
                await _choice.AskAsync(_model, _model.Tokenizer.Encode(text).Ids, right, cancellation).ConfigureAwait(false);
            hits += isHit ? 1 : 0;
            logprobs += logprob;
            within((trial + 1) / (double)_trials);
        }
        WilsonInterval interval = WilsonInterval.Of(hits, _trials);
        return
        [
            new MiddleRow(
                form == 0 ? "retrieval" : "key-value", length, position, _trials, hits, hits / (double)_trials, interval.Low, interval.High,
                logprobs / _trials),
        ];
    }

    /// <summary>Sentences, the fact among them, and the question.</summary>
    internal static (string Text, int Right) Retrieval(Tokenizer tokenizer, IReadOnlyList<string> words, Dice dice, int length, double position)
    {
        int right = dice.Next(words.Count);
        string question = "The secret word of the king is", fact = $"{question} {words[right]}.";
        return (Text(FillerText.Sentences(dice, tokenizer, Room(tokenizer, length, fact, question)), fact, question, position), right);
    }

    /// <summary>Facts of the same kind, and the question for one of them.</summary>
    internal static (string Text, int Right) KeyValue(Tokenizer tokenizer, IReadOnlyList<string> words, Dice dice, int length, double position)
    {
        int right = dice.Next(words.Count), asked = dice.Next(Keys);
        string question = $"Box {asked} holds", fact = $"{question} {words[right]}.";
        HashSet<int> keys = [asked];
        List<string> others = [];
        for (int room = Room(tokenizer, length, fact, question); keys.Count < Keys;)
        {
            int key = dice.Next(Keys);
            string other = $"Box {key} holds {dice.Of(words)}.";
            if (!keys.Add(key)) continue;
            room -= FillerText.Tokens(tokenizer, other);
            if (room < 0) break;
            others.Add(other);
        }
        return (Text(others, fact, question, position), right);
    }

    private static int Room(Tokenizer tokenizer, int length, string fact, string question) =>
        length - FillerText.Tokens(tokenizer, fact) - FillerText.Tokens(tokenizer, question) - (tokenizer.AddsBos ? 1 : 0);

    private static string Text(List<string> sentences, string fact, string question, double position)
    {
        sentences.Insert((int)Math.Round(position * sentences.Count), fact);
        return $"{string.Join(' ', sentences)} {question}";
    }
}
