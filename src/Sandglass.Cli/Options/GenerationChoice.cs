using System.CommandLine;
using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary>The options of <c>run</c> that say how tokens are chosen and when the text is over.</summary>
internal sealed class GenerationChoice
{
    /// <summary>Guesses by what stood in the text before, in place of a model's name.</summary>
    public const string Lookup = "lookup";

    private static readonly GenerationOptions Defaults = new();

    private readonly SamplingChoice _sampling = new();
    private readonly Option<int?> _maxTokens = NumberOption.Whole(
        "--max-tokens", "Tokens to write at most; without it until the model ends the text or the context is full.", 0, int.MaxValue, "-n");
    private readonly Option<int?> _minTokens = NumberOption.Whole("--min-tokens", "Choose no end token before N tokens. [default: 0]", 0, int.MaxValue);
    private readonly Option<string[]> _stop = new("--stop", "-r")
    {
        Description = "End before this text; may be given several times.",
        HelpName = "TEXT",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };
    private readonly Option<bool> _ignoreEos = new("--ignore-eos") { Description = "Never choose an end token." };
    private readonly Option<int[]?> _eosIds = NumberOption.Ids("--eos-ids", "Token ids that end the text, instead of the model's own.");
    private readonly Option<int?> _logprobs = NumberOption.Whole(
        "--logprobs", "With --json: the N likeliest tokens at each step, from the model's own distribution.", 0, 1000);
    private readonly Option<bool> _hashLogits = new("--hash-logits")
    {
        Description = "With --json: a hash of each step's logits; equal bits have equal hashes.",
    };
    private readonly Option<string?> _draft = new("--draft")
    {
        Description = "Guess ahead and check several tokens at once; the text is the same. With a smaller model of the same vocabulary (a file or " +
            $"{EmbeddedModels.Prefix}NAME), or by {Lookup} of what followed in the text before.",
        HelpName = $"FILE|{Lookup}",
    };
    private readonly Option<bool> _draftRejection = new("--draft-rejection")
    {
        Description = "Keep a guess by the ratio of its probabilities: more of them hold; the text differs, but follows the same distribution.",
    };
    private readonly Option<bool> _explain = new("--explain")
    {
        Description = "Say for each token why it was chosen: probabilities, entropies, the draw and its interval, the others and which stage removed them.",
    };
    private readonly Option<bool> _noCache = new("--no-cache") { Description = "Recompute the whole text at each step. The tokens are the same, but slower." };
    private readonly Option<int?> _prefillChunk = NumberOption.Whole(
        "--prefill-chunk", "Prompt tokens that go through the model at once. The output does not depend on it.", 1, int.MaxValue);
    private readonly Option<double?> _timeLimit = NumberOption.Real(
        "--time-limit", "End after X seconds.", x => x is >= 1e-6 and <= 1e9, "seconds from 0.000001 to 1000000000");
    private readonly Option<int?> _loopNgram = NumberOption.Whole(
        "--loop-ngram", "End when the last N tokens have been written --loop-repeats times.", 1, int.MaxValue);
    private readonly Option<int?> _loopRepeats = NumberOption.Whole(
        "--loop-repeats", $"How often makes a loop. [default: {Defaults.LoopRepeats}]", 2, int.MaxValue);

    /// <summary>Adds all of them.</summary>
    /// <param name="withTokens">Whether the command shows single tokens, and so what is asked for about each.</param>
    public void AddTo(Command command, bool withTokens = true)
    {
        Option[] ofTokens = withTokens ? [_logprobs, _hashLogits, _explain] : [];
        foreach (Option option in (Option[])[_maxTokens, _minTokens, _stop, _ignoreEos, _eosIds, .. ofTokens, _draft, _draftRejection,
            _noCache, _prefillChunk, _timeLimit, _loopNgram, _loopRepeats])
            command.Add(option);
        _sampling.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_draftRejection) && result.GetResult(_draft) is null) result.AddError(
                "--draft-rejection does nothing alone: expected --draft with it.");
            if (result.GetResult(_draft) is not null && result.GetValue(_noCache)) result.AddError(
                "--draft and --no-cache exclude each other: what is guessed is checked in the cache.");
            if (result.GetResult(_loopRepeats) is not null && result.GetResult(_loopNgram) is null) result.AddError(
                "--loop-repeats does nothing alone: expected --loop-ngram N with it, the length of what repeats.");
        });
    }

    /// <summary>Says which options show nothing as it is.</summary>
    public void NoteIdle(ParseResult parsed, Terminal terminal, bool json) => IdleOption.Note(parsed, terminal, json, _logprobs, _hashLogits);

    /// <summary>Says which options play no part where beams search.</summary>
    public void NoteBesideBeams(ParseResult parsed, Terminal terminal) => IdleOption.NoteBesideBeams(parsed, terminal, _sampling.OfTheDraw);

    /// <summary>The smaller model that guesses; null for none.</summary>
    public string? DraftModel(ParseResult parsed) => Draft(parsed) == DraftKind.Model ? parsed.GetValue(_draft) : null;

    private DraftKind Draft(ParseResult parsed) => parsed.GetValue(_draft) switch
    {
        null => DraftKind.None,
        Lookup => DraftKind.Lookup,
        _ => DraftKind.Model,
    };

    /// <summary>What was asked for; the rest as the library has it.</summary>
    public GenerationOptions Options(ParseResult parsed) => new()
    {
        Sampling = _sampling.Options(parsed),
        MaxTokens = parsed.GetValue(_maxTokens),
        Stop = CommandLineWord.Texts(_stop.Name, parsed.GetValue(_stop)),
        EndIds = parsed.GetResult(_eosIds) is null ? null : parsed.GetValue(_eosIds),
        IgnoreEnd = parsed.GetValue(_ignoreEos),
        Logprobs = parsed.GetValue(_logprobs) ?? 0,
        MinTokens = parsed.GetValue(_minTokens) ?? 0,
        Explain = parsed.GetValue(_explain),
        HashLogits = parsed.GetValue(_hashLogits),
        Draft = Draft(parsed),
        DraftRejection = parsed.GetValue(_draftRejection),
        NoCache = parsed.GetValue(_noCache),
        PrefillChunk = parsed.GetValue(_prefillChunk) ?? 0,
        TimeLimit = parsed.GetValue(_timeLimit) is double seconds ? TimeSpan.FromSeconds(seconds) : null,
        LoopNgram = parsed.GetValue(_loopNgram) ?? 0,
        LoopRepeats = parsed.GetValue(_loopRepeats) ?? Defaults.LoopRepeats,
    };
}
