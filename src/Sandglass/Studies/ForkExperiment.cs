using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace Sandglass.Studies;

/// <summary>A branch of a <see cref="ForkExperiment"/>.</summary>
/// <param name="Before">The text that was written before the fork.</param>
/// <param name="Token">The token that the branch begins with, as text.</param>
/// <param name="Branch">The branch.</param>
public sealed record ForkRow(string Before, string Token, ForkBranch Branch);

/// <summary><see cref="ForkStudy"/> as an experiment of one part, whose results can be kept.</summary>
/// <param name="model">The model.</param>
/// <param name="prompt">Ids of the prompt.</param>
/// <param name="position">Tokens generated greedily before the fork.</param>
/// <param name="branches">How many of the likeliest tokens are followed, 1 to 64.</param>
/// <param name="tokens">Most tokens of a branch, the first one included.</param>
public sealed class ForkExperiment(LanguageModel model, IReadOnlyList<int> prompt, int position, int branches, int tokens) : Experiment<ForkRow>
{
    /// <inheritdoc/>
    public override string Name => "fork";

    /// <inheritdoc/>
    public override ExperimentClaim Claim => ForkStudy.Claim;

    /// <inheritdoc/>
    public override IReadOnlyList<ExperimentFact> Setting =>
    [
        .. ExperimentFact.Model(model), ExperimentFact.List("prompt", prompt), ExperimentFact.Of("at", position), ExperimentFact.Of("branches", branches),
        ExperimentFact.Of("tokens", tokens),
    ];

    /// <inheritdoc/>
    public override int Parts => 1;

    /// <inheritdoc/>
    public override JsonTypeInfo<ForkRow> RowJson => ExperimentJson.Default.ForkRow;

    private protected override async Task<IReadOnlyList<ForkRow>> MeasureAsync(int part, Action<double> within, CancellationToken cancellation)
    {
        (string before, IReadOnlyList<ForkBranch> found) = await ForkStudy.RunAsync(
            model, prompt, position, branches, tokens, new Share(within), cancellation).ConfigureAwait(false);
        return [.. found.Select(branch => new ForkRow(before, Encoding.UTF8.GetString(model.Tokenizer.Bytes(branch.Id).Span), branch))];
    }

    private sealed class Share(Action<double> within) : IProgress<(int Done, int Most)>
    {
        public void Report((int Done, int Most) value) => within(value.Done / (double)value.Most);
    }
}
