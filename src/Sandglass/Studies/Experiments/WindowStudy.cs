using System.Text.Json.Serialization.Metadata;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.ModelFiles;

namespace Sandglass.Studies;

/// <summary>What it costs to forget: a text scored through windows of several sizes, with first tokens kept and without.</summary>
public sealed class WindowStudy : Experiment<WindowRow>
{
    private readonly string _model;
    private readonly ModelOptions _options;
    private readonly StudyText _text;
    private readonly int _from, _length;
    private readonly (int Window, int Sinks)[] _settings;      // the first sees all
    private readonly ExperimentFact[] _setting;
    private ScoredPlace[]? _reference;

    /// <param name="model">The model: a file, or <c>embedded:NAME</c>.</param>
    /// <param name="loaded">The same in memory, no longer needed after this: its options are taken, but for the window.</param>
    /// <param name="text">What is scored: each text longer than the largest window.</param>
    /// <param name="windows">Positions that a token sees, at least 2; all are tried too.</param>
    /// <param name="sinks">First positions that it sees beside them.</param>
    /// <param name="seed">The one that the text was drawn with; null where it was not.</param>
    /// <exception cref="GenerationException">There is nothing to try, or a text is too short for a window.</exception>
    public WindowStudy(
        string model, LanguageModel loaded, StudyText text, IReadOnlyList<int> windows, IReadOnlyList<int> sinks, ulong? seed = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentNullException.ThrowIfNull(loaded);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(sinks);
        _length = text.Texts.Min(one => one.Count);
        GenerationOptions.Require(windows.Count > 0, nameof(windows), "at least one", 0);
        GenerationOptions.Require(sinks.Count > 0, nameof(sinks), "at least one number", 0);
        GenerationOptions.Require(sinks.All(sink => sink >= 0), nameof(sinks), "whole numbers from 0", sinks.Min());
        _from = windows.Max();
        GenerationOptions.Require(
            windows.Min() >= 2 && _from < _length - 1, nameof(windows), $"whole numbers from 2 to {_length - 2}: some tokens of each text lie behind",
            windows.Min() < 2 ? windows.Min() : _from);
        (_model, _text) = (model, text);
        _options = loaded.Options with { LoadProgress = null, Window = 0 };
        _settings = [(0, 0), .. windows.SelectMany(window => sinks.Select(sink => (window, sink)))];
        _setting =
        [
            .. ExperimentFact.Model(loaded).Where(fact => fact.Name is not ("window" or "sinks")), .. text.Facts, ExperimentFact.List("windows", windows),
            ExperimentFact.List("sinks", sinks), .. seed is null ? [] : (ExperimentFact[])[ExperimentFact.Of("seed", seed)],
        ];
    }

    /// <inheritdoc/>
    public override string Name => "window";

    /// <inheritdoc/>
    public override ExperimentClaim Claim { get; } = new(
        "The same texts are scored by the same model with its attention cut to a window, with some of the first tokens kept beside it and with none; only " +
            "tokens that lie behind the largest window count.",
        "It shows what the memory of a short cache costs in likelihood, and what the first tokens are worth to a model that was trained without a window.",
        "It cannot show what is forgotten: most tokens of a text follow from the words just before them, and a name from far back weighs little in the mean.");

    /// <inheritdoc/>
    public override IReadOnlyList<ExperimentFact> Setting => _setting;

    /// <inheritdoc/>
    public override int Parts => _settings.Length;

    /// <inheritdoc/>
    public override JsonTypeInfo<WindowRow> RowJson => ExperimentJson.Default.WindowRow;

    private protected override async Task<IReadOnlyList<WindowRow>> MeasureAsync(int part, Action<double> within, CancellationToken cancellation)
    {
        (int window, int sinks) = _settings[part];
        if (_reference is null) (_reference, _) = await ScoreAsync(0, 0, part == 0 ? within : _ => { }, cancellation).ConfigureAwait(false);
        (ScoredPlace[] places, double bytes) = await ScoreAsync(window, sinks, within, cancellation).ConfigureAwait(false);
        ScoreDifference difference = ScoreDifference.Of(_reference, places);
        return
        [
            new WindowRow(
                window, sinks, bytes, places.Length, Elementary.Exp(-places.Average(place => place.Logprob)), difference.Lost, difference.Error,
                difference.Equal),
        ];
    }

    private async Task<(ScoredPlace[] Places, double CacheBytes)> ScoreAsync(int window, int sinks, Action<double> within, CancellationToken cancellation)
    {
        using ModelFile file = EmbeddedModels.OpenNamed(_model);
        using LanguageModel model = LanguageModel.Load(file, _options with { Window = window, SinkTokens = sinks }, hash: "");
        int seen = window == 0 ? _length : Math.Min(_length, window + sinks);
        double bytes = seen * (model.Pages.Shape.SetBytes / (double)CacheShape.PagePositions);
        return (await _text.ScoreAsync(model, _from, within, cancellation).ConfigureAwait(false), bytes);
    }
}
