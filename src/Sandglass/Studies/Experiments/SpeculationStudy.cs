using System.Text.Json.Serialization.Metadata;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Studies;

/// <summary>Guessing ahead: how many tokens hold, and how many steps that saves, by the length of the draft.</summary>
public sealed class SpeculationStudy : Experiment<SpeculationRow>
{
    private const string Lookup = "lookup";

    private static readonly int[] Lengths = [1, 2, 3, 4, 6, 8, 12, 16];

    private readonly LanguageModel _model;
    private readonly LanguageModel? _draft;
    private readonly int[] _prompt;
    private readonly double[] _temperatures;
    private readonly int _texts, _tokens;
    private readonly ulong _seed;

    /// <param name="model">The model; where another guesses for it, loaded with that one as its <see cref="ModelOptions.Draft"/>.</param>
    /// <param name="draft">The model that guesses, by itself; null for lookup alone, which is tried in any case.</param>
    /// <param name="prompt">Ids of the prompt.</param>
    /// <param name="temperatures">At which texts are written.</param>
    /// <param name="texts">Texts at each, 1 to 64; at temperature 0 one, since all would be the same.</param>
    /// <param name="tokens">Tokens of a text, at least 2.</param>
    /// <param name="seed">Of the first text; each further one has the next.</param>
    /// <exception cref="GenerationException">A number is out of its range, or the context of one of the models has no room for so many tokens.</exception>
    public SpeculationStudy(
        LanguageModel model, LanguageModel? draft, IReadOnlyList<int> prompt, IReadOnlyList<double> temperatures, int texts = 4, int tokens = 128,
        ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(temperatures);
        GenerationOptions.Require(texts is >= 1 and <= StepBudget.Sequences, "samples", $"a whole number from 1 to {StepBudget.Sequences}", texts);
        GenerationOptions.Require(temperatures.Count > 0, nameof(temperatures), "at least one", 0);
        GenerationOptions.Require(tokens >= 2, nameof(tokens), "a whole number from 2", tokens);
        Room.Require(model, prompt.Count, tokens);
        if (draft is not null)
        {
            GenerationOptions.Require(model.Options.Draft is not null, nameof(draft), "{0} of the model, which names it", "none", nameof(ModelOptions.Draft));
            Room.Require(draft, prompt.Count, tokens + Speculation.Most);
        }
        (_model, _draft, _prompt, _temperatures, _texts, _tokens, _seed) = (model, draft, [.. prompt], [.. temperatures], texts, tokens, seed);
    }

    /// <inheritdoc/>
    public override string Name => "speculation";

    /// <inheritdoc/>
    public override ExperimentClaim Claim { get; } = new(
        "Texts are written without guesses; then at each of their places up to sixteen tokens are guessed, with the same draws, and compared with what the " +
            "model did write: a guess holds where it and all before it are the same.",
        "It shows how fast the chance falls that one more guess holds, how many steps of the model each length of draft saves, and that the text is the same.",
        "It cannot show time: what a guess costs is not counted, and where it costs more than it saves, the engine, which measures, guesses less or not at " +
            "all.");

    /// <inheritdoc/>
    public override IReadOnlyList<ExperimentFact> Setting =>
    [
        .. ExperimentFact.Model(_model), ExperimentFact.Of("draft", _draft is null ? "none" : _draft.Hash ?? _draft.Name),
        ExperimentFact.List("prompt", _prompt), ExperimentFact.List("temperatures", _temperatures), ExperimentFact.Of("texts", _texts),
        ExperimentFact.Of("tokens", _tokens), ExperimentFact.Of("seed", _seed),
    ];

    /// <inheritdoc/>
    public override int Parts => _temperatures.Length * (_draft is null ? 1 : 2);

    /// <inheritdoc/>
    public override JsonTypeInfo<SpeculationRow> RowJson => ExperimentJson.Default.SpeculationRow;

    private protected override async Task<IReadOnlyList<SpeculationRow>> MeasureAsync(int part, Action<double> within, CancellationToken cancellation)
    {
        double temperature = _temperatures[part % _temperatures.Length];
        LanguageModel? draft = part < Parts - _temperatures.Length ? _draft : null;
        List<int[]> texts = [];
        List<(int Made, int Held)[]> guesses = [];
        bool isEqual = true;
        int count = temperature == 0 ? 1 : _texts;      // at 0 all would be the same
        for (int i = 0; i < count; i++)
        {
            double done = i;
            GenerationOptions options = new()
            {
                Sampling = new SamplerOptions { Temperature = temperature, Seed = unchecked(_seed + (ulong)i) },
                IgnoreEnd = true,
                MaxTokens = _tokens,
            };
            int[] text = (await WriteAsync(_model, [_prompt], options, cancellation).ConfigureAwait(false))[0];
            GenerationOptions guessing = options with { Draft = draft is null ? DraftKind.Lookup : DraftKind.Model };
            isEqual &= (await WriteAsync(_model, [_prompt], guessing, cancellation).ConfigureAwait(false))[0].AsSpan().SequenceEqual(text);
            texts.Add(text);
            guesses.Add(draft is null ? Looked(text) : await GuessedAsync(
                draft, text, options, share => within((done + share) / count), cancellation).ConfigureAwait(false));
            within((done + 1) / count);
        }
        return [.. Lengths.Select(length => Row(draft?.Name ?? Lookup, temperature, length, guesses, isEqual))];
    }

    /// <summary>For each number of tokens written, how many a model guesses to follow, and how many of those hold.</summary>
    private async Task<(int Made, int Held)[]> GuessedAsync(
        LanguageModel draft, int[] text, GenerationOptions options, Action<double> within, CancellationToken cancellation)
    {
        (int, int)[] guesses = new (int, int)[text.Length];
        GenerationOptions ahead = options with { MaxTokens = Speculation.Most };
        for (int from = 1; from < text.Length; from += StepBudget.Sequences)
        {
            int count = Math.Min(StepBudget.Sequences, text.Length - from);
            int[][] prompts = [.. Enumerable.Range(from, count).Select(written => (int[])[.. _prompt, .. text.AsSpan(0, written)])];
            int[][] guessed = await WriteAsync(draft, prompts, ahead, cancellation).ConfigureAwait(false);
            for (int i = 0; i < count; i++) guesses[from + i] = Compared(guessed[i], text.AsSpan(from + i));
            within((from + count) / (double)text.Length);
        }
        return guesses;
    }

    /// <summary>The same of what followed the last tokens before.</summary>
    private (int Made, int Held)[] Looked(int[] text)
    {
        (int, int)[] guesses = new (int, int)[text.Length];
        using LookupDrafter drafter = new();
        GuessOdds odds = new();
        int[] room = new int[Speculation.Most], all = [.. _prompt, .. text];
        for (int written = 1; written < text.Length; written++)
        {
            odds.Begin(making: 0, checking: 0);     // for nothing, as many as there are
            int made = drafter.Guess(all.AsSpan(0, _prompt.Length + written), room, odds);
            guesses[written] = Compared(room.AsSpan(0, made), text.AsSpan(written));
        }
        return guesses;
    }

    private static (int Made, int Held) Compared(ReadOnlySpan<int> guessed, ReadOnlySpan<int> text)
    {
        int made = Math.Min(guessed.Length, text.Length);
        return (made, guessed[..made].CommonPrefixLength(text));
    }

    /// <summary>Goes through the texts as the engine does: each step writes the guesses that hold, and one token more.</summary>
    internal static SpeculationRow Row(string draft, double temperature, int length, IReadOnlyList<(int Made, int Held)[]> guesses, bool isEqual)
    {
        int tokens = 0, steps = 0, drafted = 0, accepted = 0, tried = 0, held = 0;
        foreach ((int Made, int Held)[] text in guesses)
        {
            tokens += text.Length;
            for (int written = 0; written < text.Length; steps++)
            {
                // the step's own token is there in any case, so of the last one nothing is guessed
                int made = Math.Min(Math.Min(text[written].Made, length), text.Length - written - 1), kept = Math.Min(text[written].Held, made);
                (drafted, accepted) = (drafted + made, accepted + kept);
                if (made == length && kept >= length - 1) (tried, held) = (tried + 1, held + (kept == length ? 1 : 0));
                written += kept + 1;
            }
        }
        return new SpeculationRow(draft, temperature, length, tokens, steps, drafted, accepted, tried == 0 ? null : held / (double)tried, isEqual);
    }

    private static async Task<int[][]> WriteAsync(LanguageModel model, int[][] prompts, GenerationOptions options, CancellationToken cancellation)
    {
        TextGeneration[] texts = [.. prompts.Select(prompt => model.GenerateAsync(prompt, options, cancellation))];
        (List<GeneratedToken> Tokens, GenerationResult Result)[] written =
            await WrittenTexts.ReadAsync(texts, options.MaxTokens!.Value, _ => { }, cancellation).ConfigureAwait(false);
        return [.. written.Select(text => text.Tokens.Select(token => token.Id).ToArray())];
    }
}
