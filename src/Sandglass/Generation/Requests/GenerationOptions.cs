using System.Globalization;
using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass.Generation;

/// <summary>How one text is generated.</summary>
public sealed record GenerationOptions
{
    private const int MostEndIds = 100, LongestLoop = 4096;

    /// <summary>How each token is chosen.</summary>
    public SamplerOptions Sampling { get; init; } = new();

    /// <summary>Searches for the likeliest texts instead of drawing tokens; null to draw.</summary>
    public BeamOptions? Beams { get; init; }

    /// <summary>Tokens to generate at most; null until the end or until the context is full.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>No end id is chosen before so many tokens were generated.</summary>
    public int MinTokens { get; init; }

    /// <summary>Whether each token tells why it was chosen.</summary>
    public bool Explain { get; init; }

    /// <summary>Texts that end the generation, at most 1000 of at most 1000 characters, 65,536 together; none of them is ever shown, nor a part of one. They are compared with what tokens are called: one may name a control token, though that is never shown.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Ids that end the generation, at most 100; null for the model's own.</summary>
    public IReadOnlyList<int>? EndIds { get; init; }

    /// <summary>Never chooses an end id, so that only the other rules end the text.</summary>
    public bool IgnoreEnd { get; init; }

    /// <summary>How many of the likeliest tokens are told with each token.</summary>
    public int Logprobs { get; init; }

    /// <summary>Whether each token tells the hash of its logits: the evidence of the arithmetic contract.</summary>
    public bool HashLogits { get; init; }

    /// <summary>Who guesses the next tokens, which the model then checks several at once. The tokens are the same.</summary>
    public DraftKind Draft { get; init; }

    /// <summary>Keeps a guess by the ratio of its probabilities instead of where the choice is the same. More guesses hold; the text is another than without guesses, of the same distribution, and repeats only where it is written alone.</summary>
    public bool DraftRejection { get; init; }

    /// <summary>Whether guesses are kept by their probabilities: the likeliest token needs no such thing.</summary>
    internal bool RejectsDrafts => DraftRejection && Draft != DraftKind.None && Sampling.Temperature > 0;

    /// <summary>Recomputes the whole text at each step instead of keeping keys and values. The tokens are the same.</summary>
    public bool NoCache { get; init; }

    /// <summary>Whether it reads the keys and values that an earlier text with the same beginning left, and leaves its own. The tokens are the same.</summary>
    public bool ShareCache { get; init; } = true;

    /// <summary>Prompt tokens that go through the model at once; 0 for what suits the engine. The tokens are the same.</summary>
    public int PrefillChunk { get; init; }

    /// <summary>Whether a text prompt gets the begin token where the model adds one.</summary>
    public bool AddBos { get; init; } = true;

    /// <summary>Whether control tokens written in a text prompt, <c>&lt;|im_end|&gt;</c> for instance, are taken as such. Off by default: what a user typed must not end a turn. On for a prompt that a template made.</summary>
    public bool ParseSpecial { get; init; }

    /// <summary>Ends the generation after this time; null for never.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Ends the generation when the last so many tokens have been generated <see cref="LoopRepeats"/> times; 0 for never.</summary>
    public int LoopNgram { get; init; }

    /// <summary>How often the same run of <see cref="LoopNgram"/> tokens makes a loop.</summary>
    public int LoopRepeats { get; init; } = 4;

    /// <summary>Told of prompt tokens as they are read, out of the prompt's; null for nobody.</summary>
    public IProgress<(int Read, int Total)>? PromptProgress { get; init; }

    internal void Validate()
    {
        Require(Sampling is not null, nameof(Sampling), "how each token is chosen", "null");
        Sampling!.Validate();
        Require(MaxTokens is null or >= 0, nameof(MaxTokens), "a whole number from 0", MaxTokens);
        Require(MinTokens >= 0, nameof(MinTokens), "a whole number from 0", MinTokens);
        Require(!(MinTokens > MaxTokens), nameof(MinTokens), $"a whole number from 0 to {MaxTokens} ({{0}})", MinTokens, nameof(MaxTokens));
        Require(Logprobs is >= 0 and <= 1000, nameof(Logprobs), "a whole number from 0 to 1000", Logprobs);
        Require(PrefillChunk >= 0, nameof(PrefillChunk), "a whole number from 1", PrefillChunk);
        Require(TimeLimit is null || TimeLimit > TimeSpan.Zero, nameof(TimeLimit), "a time above 0", TimeLimit);
        Require(Enum.IsDefined(Draft), nameof(Draft), "none, lookup or model", Draft);
        Require(Draft == DraftKind.None || !NoCache, nameof(Draft), "no {0} beside it: guesses are checked in the cache", "both", nameof(NoCache));
        Require(!DraftRejection || !Explain, nameof(DraftRejection), "no {0} beside it: it tells of a single draw", "both", nameof(Explain));
        Require(!DraftRejection || Draft != DraftKind.None, nameof(DraftRejection), "{0} with it, which guesses", "none", nameof(Draft));
        Require(LoopNgram is >= 0 and <= LongestLoop, nameof(LoopNgram), $"a whole number from 1 to {LongestLoop}", LoopNgram);
        Require(LoopRepeats >= 2, nameof(LoopRepeats), "a whole number from 2", LoopRepeats);
        Beams?.Validate(this);
        Require(!(EndIds?.Count > MostEndIds), nameof(EndIds), $"at most {MostEndIds} ids", EndIds?.Count);
        Require(Stop is not null, nameof(Stop), "a list of texts", "null");
        StopTexts.Validate(Stop!);
    }

    /// <summary>The same with copies of the lists that are looked at while the text is written: the caller's own may change meanwhile, or be code.</summary>
    internal GenerationOptions WithOwnLists() => this with
    {
        Sampling = Sampling with
        {
            LogitBias = Sampling.LogitBias?.ToDictionary(),
            AllowedIds = Sampling.AllowedIds?.ToArray(),
            BannedIds = Sampling.BannedIds?.ToArray(),
        },
    };

    /// <summary>What a sampler must know of the text.</summary>
    internal SamplerText Text(Tokenizer tokenizer, IReadOnlySet<int> ends, int promptLength) => new(tokenizer.VocabularySize)
    {
        EndIds = ends,
        IgnoreEnd = IgnoreEnd,
        MinTokens = MinTokens,
        PromptLength = promptLength,
        Breakers = () => BreakerTokens.Of(Sampling.DryBreakers, tokenizer),
    };

    /// <param name="met">Whether all is well.</param>
    /// <param name="option">The property or parameter.</param>
    /// <param name="expected">What would be right; with others given, {0}, {1}, … stand for them.</param>
    /// <param name="found">What is there.</param>
    /// <param name="others">Other properties that the text names.</param>
    internal static void Require<T>(bool met, string option, string expected, T found, params string[] others)
    {
        if (!met) throw new GenerationException("option-out-of-range", option, expected, Convert.ToString(found, CultureInfo.InvariantCulture) ?? "", others);
    }
}
