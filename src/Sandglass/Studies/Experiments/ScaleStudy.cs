using System.Text.Json.Serialization.Metadata;
using Sandglass.Generation;
using Sandglass.Sampling;
using Sandglass.Tracing;

namespace Sandglass.Studies;

/// <summary>What a text's length costs: prompts of growing lengths, and a few tokens behind each; work counted by kind, and time measured.</summary>
public sealed class ScaleStudy : Experiment<ScaleRow>
{
    private const int Warming = 512;            // tokens that compile what a long prompt needs, before any clock runs
    private const double Enough = 2;            // seconds; a length that takes more is read once

    private readonly LanguageModel _model;
    private readonly int[] _lengths;
    private readonly int _tokens, _repeat;
    private readonly TimeSpan? _limit;
    private readonly List<(int Length, double Seconds)> _known = [];
    private long? _begun;

    /// <param name="model">The model; nothing else should use it at the same time.</param>
    /// <param name="lengths">Tokens of the prompts, ascending. The experiment ends before one that the context has no room for.</param>
    /// <param name="tokens">Tokens that are written behind each, from 2.</param>
    /// <param name="repeat">How often a prompt is read, where that does not take long: the median counts.</param>
    /// <param name="limit">The experiment ends before a length that would take it beyond this, by what the lengths before took; null for no limit.</param>
    /// <exception cref="GenerationException">A number is out of its range, or the model sees through a window only.</exception>
    public ScaleStudy(LanguageModel model, IReadOnlyList<int> lengths, int tokens = 16, int repeat = 5, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(lengths);
        GenerationOptions.Require(
            model.Options.Window == 0, nameof(model.Options.Window), "none: what the length costs is asked of texts that are seen whole", model.Options.Window);
        GenerationOptions.Require(tokens is >= 2 and <= 4096, nameof(tokens), "a whole number from 2 to 4096", tokens);
        GenerationOptions.Require(repeat is >= 1 and <= 1000, nameof(repeat), "a whole number from 1 to 1000", repeat);
        bool ascends = lengths.Count > 0 && lengths[0] > 0 && lengths.Zip(lengths.Skip(1)).All(pair => pair.First < pair.Second);
        GenerationOptions.Require(ascends, nameof(lengths), "whole numbers from 1, each larger than the one before", string.Join(',', lengths));
        GenerationOptions.Require(
            lengths[0] + tokens <= model.Context, nameof(lengths), $"a first length of at most {model.Context - tokens}, which the context has room for",
            lengths[0]);
        (_model, _lengths, _tokens, _repeat, _limit) = (model, [.. lengths], tokens, repeat, limit);
    }

    /// <inheritdoc/>
    public override string Name => "scale";

    /// <inheritdoc/>
    public override ExperimentClaim Claim { get; } = new(
        "Prompts of growing lengths are read, each anew, and some tokens written behind each; multiply-adds are counted where they are done, and passes " +
            "through the model are timed.",
        "It shows what of reading and of writing grows with the length, and from where on attention outweighs the weights: in work, and in time, which is " +
            "another thing.",
        "It cannot show what so long a text is worth: a model does the same work far beyond the lengths it was trained for, where it writes nonsense; and " +
            "the clock of a busy machine wavers.");

    /// <inheritdoc/>
    public override IReadOnlyList<ExperimentFact> Setting =>
    [
        // a larger context changes no row
        .. ExperimentFact.Model(_model).Where(fact => fact.Name != "context"), ExperimentFact.List("lengths", _lengths), ExperimentFact.Of("tokens", _tokens),
        ExperimentFact.Of("repeat", _repeat), ExperimentFact.Of("threads", _model.Options.Threads),
    ];

    /// <inheritdoc/>
    public override int Parts => _lengths.Length;

    /// <inheritdoc/>
    public override JsonTypeInfo<ScaleRow> RowJson => ExperimentJson.Default.ScaleRow;

    private protected override void Learn(IReadOnlyList<ScaleRow> rows)
    {
        ScaleRow read = rows.First(row => row is { What: ScaleRow.Prompt, Source: ScaleRow.Measured });
        _known.Add((read.Context, read.Seconds!.Value));
    }

    private protected override async Task<IReadOnlyList<ScaleRow>> MeasureAsync(int part, Action<double> within, CancellationToken cancellation)
    {
        int length = _lengths[part];
        if (length + _tokens > _model.Context) return [];
        TimeProvider clock = _model.Options.Time;
        if (_begun is null)
        {
            await RunAsync(Math.Min(Warming, _model.Context - _tokens), _ => { }, cancellation).ConfigureAwait(false);
            _begun = clock.GetTimestamp();
        }
        if (_known.Count > 0 && clock.GetElapsedTime(_begun.Value).TotalSeconds + Expected(length) > _limit?.TotalSeconds) return [];

        List<double> reading = [], writing = [];
        (MultiplyAdds prompt, MultiplyAdds token) = (default, default);
        while (reading.Count == 0 || (reading.Count < _repeat && reading.Sum() < Enough))
        {
            double before = Math.Max(reading.Count / (double)_repeat, reading.Sum() / Enough), left = 1 - before;
            Measured run = await RunAsync(length, share => within(before + share * left), cancellation).ConfigureAwait(false);
            reading.Add(run.Reading);
            writing.AddRange(run.Writing);
            (prompt, token) = (run.Prompt, run.Token);
        }
        return
        [
            new ScaleRow(ScaleRow.Prompt, ScaleRow.Counted, length) { MultiplyAdds = prompt },
            Times(ScaleRow.Prompt, length, reading, reading.Count),
            new ScaleRow(ScaleRow.Token, ScaleRow.Counted, length) { MultiplyAdds = token },
            Times(ScaleRow.Token, length, writing, reading.Count),
        ];
    }

    private static ScaleRow Times(string what, int length, List<double> seconds, int runs) => new(what, ScaleRow.Measured, length)
    {
        Seconds = BatchStudy.Quantile(seconds, 0.5),
        SecondsLow = BatchStudy.Quantile(seconds, 0.05),
        SecondsHigh = BatchStudy.Quantile(seconds, 0.95),
        Runs = runs,
    };

    /// <summary>Seconds that reading a length will take: through the last two lengths goes one curve of a part that grows with the length and one that grows
    /// with its square; through one length the square alone.</summary>
    private double Expected(int length)
    {
        (int last, double took) = _known[^1];
        double square = took / last / last, line = 0;
        if (_known.Count > 1)
        {
            (int first, double least) = _known[^2];
            square = Math.Clamp((took / last - least / first) / (last - first), 0, square);
            line = took / last - square * last;
        }
        return line * length + square * length * length;
    }

    /// <summary>Reads a prompt of this length, and writes tokens behind it.</summary>
    private async Task<Measured> RunAsync(int length, Action<double> within, CancellationToken cancellation)
    {
        GenerationOptions options = new() { Sampling = SamplerOptions.Greedy, IgnoreEnd = true, MaxTokens = _tokens, ShareCache = false };
        TraceOptions watched = new() { Candidates = 0, Attention = TracedAttention.None };
        int vocabulary = _model.Tokenizer.VocabularySize;
        int[] ids = [.. Enumerable.Range(1, length).Select(i => (int)(i * 7919L % vocabulary))];    // a prime, so that ids differ and lie far apart
        double reading = 0;
        List<double> writing = [];
        MultiplyAdds prompt = default, token = default;
        await using TextTrace trace = _model.TraceAsync(ids, options, watched, cancellation);
        await foreach (TraceStep step in trace.ConfigureAwait(false))
        {
            if (step is PrefillStep piece)
            {
                reading += piece.Cost.Forward.TotalSeconds;
                prompt = Sum(prompt, piece.Cost.MultiplyAdds);
                within(piece.To / (double)length);
            }
            else if (step is TokenStep { Cost: { } cost })
            {
                if (writing.Count == 0) token = cost.MultiplyAdds;
                writing.Add(cost.Forward.TotalSeconds);
            }
        }
        cancellation.ThrowIfCancellationRequested();
        await trace.Result.ConfigureAwait(false);       // throws what went wrong
        return writing.Count == _tokens - 1 ? new Measured(reading, writing, prompt, token)
            : throw new OperationCanceledException("The model was disposed of during the experiment.");
    }

    private static MultiplyAdds Sum(MultiplyAdds a, MultiplyAdds b) =>
        new(a.Projections + b.Projections, a.FeedForward + b.FeedForward, a.Attention + b.Attention, a.Logits + b.Logits);

    private readonly record struct Measured(double Reading, List<double> Writing, MultiplyAdds Prompt, MultiplyAdds Token);
}
