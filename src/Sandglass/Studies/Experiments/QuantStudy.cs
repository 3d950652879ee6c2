using System.Text.Json.Serialization.Metadata;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.ModelFiles;

namespace Sandglass.Studies;

/// <summary>What fewer bits cost: types of weights and of the cache against perplexity and bytes.</summary>
public sealed class QuantStudy : Experiment<QuantRow>
{
    private const string Given = "given";

    private readonly string _model, _scratch;
    private readonly ModelOptions _options;
    private readonly StudyText _text;
    private readonly TensorType?[] _weights;
    private readonly CacheType[] _caches;
    private readonly ExperimentFact[] _setting;
    private ScoredPlace[]? _reference;

    /// <param name="model">The model that is quantised: a file, or <c>embedded:NAME</c>.</param>
    /// <param name="loaded">The same in memory, no longer needed after this: its options are taken, but for the cache's type.</param>
    /// <param name="scratch">A file that quantised models are written to, one after the other; the caller deletes it.</param>
    /// <param name="text">What is scored.</param>
    /// <param name="weights">Types of weights that <see cref="ModelQuantizer"/> writes; null for the file as it is.</param>
    /// <param name="caches">Types of the cache, tried with each of them.</param>
    /// <param name="seed">The one that the text was drawn with; null where it was not.</param>
    /// <exception cref="GenerationException">There is nothing to try.</exception>
    public QuantStudy(
        string model, LanguageModel loaded, string scratch, StudyText text, IReadOnlyList<TensorType?> weights, IReadOnlyList<CacheType> caches,
        ulong? seed = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentNullException.ThrowIfNull(loaded);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(caches);
        GenerationOptions.Require(weights.Count > 0, nameof(weights), "at least one", 0);
        GenerationOptions.Require(caches.Count > 0, nameof(caches), "at least one", 0);
        (_model, _scratch, _text, _weights, _caches) = (model, scratch, text, [.. weights], [.. caches]);
        _options = loaded.Options with { LoadProgress = null };
        _setting =
        [
            .. ExperimentFact.Model(loaded).Where(fact => fact.Name != "cacheType"), .. text.Facts, ExperimentFact.List("weights", _weights.Select(Word)),
            ExperimentFact.List("caches", _caches.Select(Word)), .. seed is null ? [] : (ExperimentFact[])[ExperimentFact.Of("seed", seed)],
        ];
    }

    /// <inheritdoc/>
    public override string Name => "quant";

    /// <inheritdoc/>
    public override ExperimentClaim Claim { get; } = new(
        "The model is written anew with its weights in each type, loaded with each type of cache, and scores the same text; what is lost is told in nats a " +
            "token, against the weights as given and a cache in F32.",
        "It shows what bytes are saved and what the saving costs: where the model wrote the text itself, what is lost is an estimate of the divergence from " +
            "it.",
        "It cannot show what is lost in answers: a few hundredths of a nat are nothing in a tale and may be a wrong digit in a sum; and types that begin " +
            "from a quantised file pay twice.");

    /// <inheritdoc/>
    public override IReadOnlyList<ExperimentFact> Setting => _setting;

    /// <inheritdoc/>
    public override int Parts => _weights.Length;

    /// <inheritdoc/>
    public override JsonTypeInfo<QuantRow> RowJson => ExperimentJson.Default.QuantRow;

    private protected override async Task<IReadOnlyList<QuantRow>> MeasureAsync(int part, Action<double> within, CancellationToken cancellation)
    {
        double scorings = _caches.Length + (_reference is null ? 1 : 0);
        int done = 0;
        if (_reference is null)
        {
            using ModelFile given = EmbeddedModels.OpenNamed(_model);
            (_reference, _) = await ScoreAsync(given, CacheType.F32, share => within(share / scorings), cancellation).ConfigureAwait(false);
            done++;
        }
        using ModelFile file = Written(_weights[part], cancellation);
        List<QuantRow> rows = [];
        foreach (CacheType cache in _caches)
        {
            int before = done++;
            (ScoredPlace[] places, double cacheBytes) =
                await ScoreAsync(file, cache, share => within((before + share) / scorings), cancellation).ConfigureAwait(false);
            ScoreDifference difference = ScoreDifference.Of(_reference, places);
            rows.Add(new QuantRow(
                Word(_weights[part]), Word(cache), file.Tensors.Sum(tensor => tensor.ByteCount), cacheBytes, places.Length,
                Elementary.Exp(-places.Average(place => place.Logprob)), difference.Lost, difference.Error, difference.Equal));
        }
        return rows;
    }

    private ModelFile Written(TensorType? weights, CancellationToken cancellation)
    {
        ModelFile given = EmbeddedModels.OpenNamed(_model);
        if (weights is not TensorType type) return given;
        using (given) ModelQuantizer.Quantize(given, _scratch, type, cancellation: cancellation);
        return ModelFile.Open(_scratch);
    }

    private async Task<(ScoredPlace[] Places, double CacheBytes)> ScoreAsync(
        ModelFile file, CacheType cache, Action<double> within, CancellationToken cancellation)
    {
        using LanguageModel model = LanguageModel.Load(file, _options with { CacheType = cache }, hash: "");
        double bytes = model.Pages.Shape.SetBytes / (double)CacheShape.PagePositions;
        return (await _text.ScoreAsync(model, 0, within, cancellation).ConfigureAwait(false), bytes);
    }

    private static string Word(TensorType? type) => type?.ToString() ?? Given;

    private static string Word(CacheType type) => type.ToString().ToLowerInvariant();
}
