using System.Text.Json.Serialization.Metadata;

namespace Sandglass.Studies;

/// <summary>A text written in one of the two ways that a <see cref="CacheStudy"/> compares.</summary>
/// <param name="Rows">As the text grows.</param>
/// <param name="Growth">How the work of one more token grows with it.</param>
/// <param name="Ids">The text.</param>
public sealed record CacheStudyWay(IReadOnlyList<CacheStudyRow> Rows, CacheGrowth Growth, IReadOnlyList<int> Ids);

/// <summary><see cref="CacheStudy"/> as an experiment of two parts, whose results can be kept: first with the cache, then without.</summary>
/// <param name="model">The model; nothing else should use it at the same time.</param>
/// <param name="prompt">Ids of the prompt.</param>
/// <param name="tokens">Tokens to generate, at least 16.</param>
public sealed class CacheExperiment(LanguageModel model, IReadOnlyList<int> prompt, int tokens) : Experiment<CacheStudyWay>
{
    /// <inheritdoc/>
    public override string Name => "cache";

    /// <inheritdoc/>
    public override ExperimentClaim Claim => CacheStudy.Claim;

    /// <inheritdoc/>
    public override IReadOnlyList<ExperimentFact> Setting =>
        [.. ExperimentFact.Model(model), ExperimentFact.List("prompt", prompt), ExperimentFact.Of("tokens", tokens)];

    /// <inheritdoc/>
    public override int Parts => 2;

    /// <inheritdoc/>
    public override JsonTypeInfo<CacheStudyWay> RowJson => ExperimentJson.Default.CacheStudyWay;

    private protected override async Task<IReadOnlyList<CacheStudyWay>> MeasureAsync(int part, Action<double> within, CancellationToken cancellation)
    {
        CacheStudy.Require(model, prompt, tokens);
        return [await CacheStudy.WriteAsync(model, prompt, tokens, cache: part == 0, new Share(within), cancellation).ConfigureAwait(false)];
    }

    private sealed class Share(Action<double> within) : IProgress<CacheStudyProgress>
    {
        public void Report(CacheStudyProgress value) => within(Math.Min(1, value.Done / (double)value.Tokens));
    }
}
