using System.Text.Json.Serialization.Metadata;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Sampling;

namespace Sandglass.Studies;

/// <summary>What follows from what was written: how sure the model is along a text, and how far one wrong token moves all that comes after it.</summary>
public sealed class DriftStudy : Experiment<DriftRow>
{
    private const int Stretch = 32;         // tokens of a row along a text

    private readonly LanguageModel _model;
    private readonly int[] _prompt;
    private readonly int _texts, _tokens, _at, _rank;
    private readonly double _temperature;
    private readonly ulong _seed;

    /// <param name="model">The model.</param>
    /// <param name="prompt">Ids of the prompt.</param>
    /// <param name="texts">Texts, 1 to 64, each with a seed of its own.</param>
    /// <param name="tokens">Tokens of a text.</param>
    /// <param name="at">Which of them is changed, from 0; at least two follow it.</param>
    /// <param name="rank">What it is changed to: the token of this rank at that place, from 2 to almost 1000; the next one where that ends the text or is the
    /// token itself.</param>
    /// <param name="temperature">At which the texts are drawn, with no filter beside it.</param>
    /// <param name="seed">Of the first text; each further one has the next.</param>
    /// <exception cref="GenerationException">A number is out of its range, or the context has no room for so many tokens.</exception>
    public DriftStudy(
        LanguageModel model, IReadOnlyList<int> prompt, int texts = 8, int tokens = 256, int at = 8, int rank = 10, double temperature = 0.8, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        GenerationOptions.Require(texts is >= 1 and <= StepBudget.Sequences, "samples", $"a whole number from 1 to {StepBudget.Sequences}", texts);
        Room.Require(model, prompt.Count, tokens);
        GenerationOptions.Require(at >= 0 && at < tokens - 2, "position", $"a whole number from 0 to {tokens - 3}: some tokens follow the changed one", at);
        int most = Math.Min(1000, model.Tokenizer.VocabularySize) - model.Tokenizer.EndIds.Count - 1;
        GenerationOptions.Require(rank >= 2 && rank <= most, nameof(rank), $"a whole number from 2 to {most}", rank);
        (_model, _prompt, _texts, _tokens, _at, _rank) = (model, [.. prompt], texts, tokens, at, rank);
        (_temperature, _seed) = (temperature, seed);
    }

    /// <inheritdoc/>
    public override string Name => "drift";

    /// <inheritdoc/>
    public override ExperimentClaim Claim { get; } = new(
        "Texts are drawn, and scored along their length; then one early token of each is replaced by an unlikely one and all tokens after it are kept, so " +
            "that the distributions with and without the change can be compared at each distance, and both texts go on greedily by themselves.",
        "It shows how sure the model is as a text grows, how long a wrong token moves what the model expects, and how rarely a text that goes on from it " +
            "comes back.",
        "It cannot show that a token is wrong in what it says: it is only less likely, and a text that parts may be as good as the one it left.");

    /// <inheritdoc/>
    public override IReadOnlyList<ExperimentFact> Setting =>
    [
        .. ExperimentFact.Model(_model), ExperimentFact.List("prompt", _prompt), ExperimentFact.Of("texts", _texts), ExperimentFact.Of("tokens", _tokens),
        ExperimentFact.Of("at", _at), ExperimentFact.Of("rank", _rank), ExperimentFact.Of("temperature", _temperature), ExperimentFact.Of("seed", _seed),
    ];

    /// <inheritdoc/>
    public override int Parts => _texts;

    /// <inheritdoc/>
    public override JsonTypeInfo<DriftRow> RowJson => ExperimentJson.Default.DriftRow;

    private protected override async Task<IReadOnlyList<DriftRow>> MeasureAsync(int part, Action<double> within, CancellationToken cancellation)
    {
        SamplerOptions drawn = new() { Temperature = _temperature, TopK = 0, TopP = 1, MinP = 0, Seed = unchecked(_seed + (ulong)part) };
        int candidates = _rank + _model.Tokenizer.EndIds.Count + 1;     // one that is neither the token itself nor an end is among the last of them
        GenerationOptions options = new() { Sampling = drawn, IgnoreEnd = true, MaxTokens = _tokens, Logprobs = candidates };
        List<GeneratedToken> written = await WriteAsync(_prompt, options, share => within(share / 3), cancellation).ConfigureAwait(false);
        int[] text = [.. _prompt, .. written.Select(token => token.Id)], changed = [.. text];
        int place = _prompt.Length + _at;
        changed[place] = written[_at].Top.Select(top => top.Id).Skip(_rank - 1).First(id => id != text[place] && !_model.Tokenizer.EndIds.Contains(id));

        (double Logprob, double Entropy)[] along = new (double, double)[_tokens];
        (double Divergence, bool IsEqual)[] after = new (double, bool)[_tokens - _at - 1];     // [distance - 1]
        IAsyncEnumerator<TokenScore> others = Scores(changed, place, cancellation).GetAsyncEnumerator(cancellation);
        await using (others.ConfigureAwait(false))
        {
            await foreach (TokenScore score in Scores(text, _prompt.Length - 1, cancellation).ConfigureAwait(false))
            {
                int index = score.Index - _prompt.Length + 1;      // of the token that is scored
                along[index] = (score.Logprob, Entropy.Of(score.Logits.Span, out _, out _));
                if (score.Index < place || !await others.MoveNextAsync().ConfigureAwait(false)) continue;
                ReadOnlySpan<float> own = score.Logits.Span, other = others.Current.Logits.Span;
                after[score.Index - place] = (Divergence.KullbackLeibler(own, other), Best(own) == Best(other));
                within((1 + index / (double)_tokens) / 3);
            }
        }

        GenerationOptions greedy = options with { Sampling = SamplerOptions.Greedy, MaxTokens = _tokens - _at - 1, Logprobs = 0 };
        List<GeneratedToken> on = await WriteAsync(text[..(place + 1)], greedy, share => within((2 + share / 2) / 3), cancellation).ConfigureAwait(false);
        List<GeneratedToken> elsewhere =
            await WriteAsync(changed[..(place + 1)], greedy, share => within((2.5 + share / 2) / 3), cancellation).ConfigureAwait(false);
        bool[] same = [.. on.Zip(elsewhere, (one, other) => one.Id == other.Id)];
        return [.. Along(part, along), .. After(part, after, same)];
    }

    private async Task<List<GeneratedToken>> WriteAsync(int[] prompt, GenerationOptions options, Action<double> within, CancellationToken cancellation)
    {
        TextGeneration generation = _model.GenerateAsync(prompt, options, cancellation);
        return (await WrittenTexts.ReadAsync([generation], options.MaxTokens!.Value, within, cancellation).ConfigureAwait(false))[0].Tokens;
    }

    private IAsyncEnumerable<TokenScore> Scores(int[] text, int from, CancellationToken cancellation) =>
        _model.ScoreAsync(text, new ScoreOptions { From = from, Logits = true }, cancellation);

    private static int Best(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
            if (logits[i] > logits[best]) best = i;
        return best;
    }

    private static IEnumerable<DriftRow> Along(int text, (double Logprob, double Entropy)[] along)
    {
        for (int from = 0; from < along.Length; from += Stretch)
        {
            ArraySegment<(double Logprob, double Entropy)> part = new(along, from, Math.Min(Stretch, along.Length - from));
            yield return new DriftRow(
                "along", text, from, from + part.Count - 1, part.Average(place => place.Logprob), part.Average(place => place.Entropy), null, null, null);
        }
    }

    /// <summary>Distances 1, 2, 3 to 4, 5 to 8 and so on, each stretch twice as long as the one before.</summary>
    private static IEnumerable<DriftRow> After(int text, (double Divergence, bool IsEqual)[] after, bool[] same)
    {
        for (int from = 1, to = 1; from <= after.Length; from = to + 1, to *= 2)
        {
            int last = Math.Min(to, after.Length);
            ArraySegment<(double Divergence, bool IsEqual)> part = new(after, from - 1, last - from + 1);
            ArraySegment<bool> written = new(same, from - 1, last - from + 1);
            yield return new DriftRow(
                "after", text, from, last, null, null, part.Average(place => place.Divergence), part.Average(place => place.IsEqual ? 1.0 : 0),
                written.Average(equal => equal ? 1.0 : 0));
        }
    }
}
