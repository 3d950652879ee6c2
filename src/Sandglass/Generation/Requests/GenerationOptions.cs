using System.Globalization;
using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass.Generation;

/// <summary>How one text is generated.</summary>
public sealed record GenerationOptions
{
    private const int MostEndIds = 100, LongestLoop = 4096, LongestSalt = 1024, LongestTenant = 1024, MostPriority = 1000;

    /// <summary>How each token is chosen.</summary>
    public SamplerOptions Sampling { get; init; } = new();

    /// <summary>Searches for the likeliest texts instead of drawing tokens; null to draw.</summary>
    public BeamOptions? Beams { get; init; }

    /// <summary>Tokens to generate at most; null until the end or until the context is full.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Tokens before which no end id is chosen.</summary>
    public int MinTokens { get; init; }

    /// <summary>Whether each token carries an <see cref="Explanation"/> of why it was chosen.</summary>
    public bool Explain { get; init; }

    /// <summary>Texts that end the generation, at most 1000 of at most 1000 characters, 65,536 together. No part of one is ever shown.</summary>
    /// <remarks>They are compared with what tokens are called, so one may name a control token, which itself is never shown.</remarks>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Ids that end the generation, at most 100; null for the model's own.</summary>
    public IReadOnlyList<int>? EndIds { get; init; }

    /// <summary>Never chooses an end id, so that only the other rules end the text.</summary>
    public bool IgnoreEnd { get; init; }

    /// <summary>How many of the likeliest tokens each token lists, 0 to 1000.</summary>
    public int Logprobs { get; init; }

    /// <summary>Whether each token carries the hash of its logits: the evidence of the arithmetic contract.</summary>
    public bool HashLogits { get; init; }

    /// <summary>The draft source for speculative decoding; the output does not change.</summary>
    public DraftKind Draft { get; init; }

    /// <summary>Ids that the completion is expected to be, but for changes (the file that is edited, the answer that is corrected): lookup drafting searches
    /// them too, also where <see cref="Draft"/> asks for none. The output does not change; the nearer the prediction, the sooner it is there.</summary>
    public IReadOnlyList<int>? Prediction { get; init; }

    /// <summary>Accepts a draft token by the ratio of its probabilities (rejection sampling) instead of where the model's own draw is equal.</summary>
    /// <remarks>More drafts are accepted. The text differs from the one without drafts, though its distribution is the same, and it is reproducible only when
    /// it is generated alone.</remarks>
    public bool DraftRejection { get; init; }

    /// <summary>Whether drafts are accepted by their probabilities; at temperature 0 there is nothing to accept by.</summary>
    internal bool RejectsDrafts => DraftRejection && Draft != DraftKind.None && Sampling.Temperature > 0;

    /// <summary>Recomputes the whole text in each step instead of keeping keys and values. The tokens are the same.</summary>
    public bool NoCache { get; init; }

    /// <summary>Whether keys and values are shared with texts that have the same prefix: read from the cache where they are, and left there for others. The
    /// tokens are the same.</summary>
    public bool ShareCache { get; init; } = true;

    /// <summary>Whom <see cref="ShareCache"/> is with: only texts of the same salt share pages, so no other can tell by its speed what this one holds. Null is
    /// a common one. At most 1024 characters.</summary>
    public string? CacheSalt { get; init; }

    /// <summary>Most prompt tokens that go through the model in one step; 0 leaves it to the engine. The tokens are the same.</summary>
    public int PrefillChunk { get; init; }

    /// <summary>Whether a text prompt gets the begin token where the model adds one.</summary>
    public bool AddBos { get; init; } = true;

    /// <summary>Whether control tokens in a text prompt, for instance <c>&lt;|im_end|&gt;</c>, become control tokens instead of plain text.</summary>
    /// <remarks>Off by default, because what a user typed must not end a turn. Set it for a prompt that a template made.</remarks>
    public bool ParseSpecial { get; init; }

    /// <summary>Ends the generation this long after the request, time in the queue included; null for no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>How urgent the request is: a lower number is served earlier, and takes places and pages from higher ones, which go on later. From -1000 to
    /// 1000; vLLM has the same meaning. The tokens are the same.</summary>
    public int Priority { get; init; }

    /// <summary>Whose request it is. Among requests of one priority the tenant comes first for whom the least was done, by tokens read and written; nobody's is
    /// a tenant too. At most 1024 characters.</summary>
    /// <remarks><see cref="ModelOptions.TenantWeights"/> gives some a larger share.</remarks>
    public string Tenant { get; init; } = "";

    /// <summary>How long the request may wait for its beginning; null for as long as it takes. Where the estimate says that it would wait longer it is refused
    /// at once with a <see cref="BusyException"/>; where it has not begun by then, it ends with one.</summary>
    public TimeSpan? StartWithin { get; init; }

    /// <summary>Ends the generation when the last run of this many tokens has been generated <see cref="LoopRepeats"/> times; 0 for never.</summary>
    public int LoopNgram { get; init; }

    /// <summary>How many times the same run of <see cref="LoopNgram"/> tokens makes a loop.</summary>
    public int LoopRepeats { get; init; } = 4;

    /// <summary>Reports prompt tokens processed so far and in total; null for no reports.</summary>
    /// <remarks>Called on the thread pool, one report at a time and in order; a handler that lags gets the newest only. The last report comes before the
    /// first token. An exception of the handler ends the generation. The handler must not wait for its own generation, which waits for it.</remarks>
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
        RequireService(Priority, Tenant, StartWithin);
        Require(Draft is >= DraftKind.None and <= DraftKind.Model, nameof(Draft), "none, lookup or model", Draft);
        Require(Draft == DraftKind.None || !NoCache, nameof(Draft), "no {0} beside it: guesses are checked in the cache", "both", nameof(NoCache));
        Require(Prediction is null or { Count: 0 } || !NoCache, nameof(Prediction), "no {0} beside it: guesses are checked in the cache", "both",
            nameof(NoCache));
        Require(!DraftRejection || !Explain, nameof(DraftRejection), "no {0} beside it: it tells of a single draw", "both", nameof(Explain));
        Require(!DraftRejection || Draft != DraftKind.None, nameof(DraftRejection), "{0} with it, which guesses", "none", nameof(Draft));
        Require(LoopNgram is >= 0 and <= LongestLoop, nameof(LoopNgram), $"a whole number from 1 to {LongestLoop}", LoopNgram);
        Require(LoopRepeats >= 2, nameof(LoopRepeats), "a whole number from 2", LoopRepeats);
        RequireSalt(CacheSalt, nameof(CacheSalt));
        Beams?.Validate(this);
        Require(!(EndIds?.Count > MostEndIds), nameof(EndIds), $"at most {MostEndIds} ids", EndIds?.Count);
        Require(Stop is not null, nameof(Stop), "a list of texts", "null");
        StopTexts.Validate(Stop!);
    }

    /// <summary>The same with copies of the lists of ids: the caller's own may change in the meantime, or run code of theirs.</summary>
    internal GenerationOptions WithOwnLists() => this with
    {
        EndIds = EndIds?.ToArray(),
        Prediction = Prediction?.ToArray(),
        Sampling = Sampling with
        {
            LogitBias = Sampling.LogitBias?.ToDictionary(),
            AllowedIds = Sampling.AllowedIds?.ToArray(),
            BannedIds = Sampling.BannedIds?.ToArray(),
        },
    };

    /// <summary>What the sampler needs to know about the text.</summary>
    internal SamplerText Text(Tokenizer tokenizer, IReadOnlySet<int> ends, int promptLength) => new(tokenizer.VocabularySize)
    {
        EndIds = ends,
        IgnoreEnd = IgnoreEnd,
        MinTokens = MinTokens,
        PromptLength = promptLength,
        Breakers = () => BreakerTokens.Of(Sampling.DryBreakers, tokenizer),
    };

    /// <summary>Whose a request is, how urgent it is and how long it may wait.</summary>
    internal static void RequireService(int priority, string tenant, TimeSpan? startWithin)
    {
        Require(priority is >= -MostPriority and <= MostPriority, nameof(Priority), $"a whole number from {-MostPriority} to {MostPriority}", priority);
        Require(tenant is { Length: <= LongestTenant }, nameof(Tenant), $"a name of at most {LongestTenant} characters",
            tenant is null ? "null" : $"{tenant.Length}");
        Require(startWithin is null || startWithin > TimeSpan.Zero, nameof(StartWithin), "a time above 0", startWithin);
    }

    /// <summary>A salt is hashed with each text, so it must not be a text without bound.</summary>
    internal static void RequireSalt(string? salt, string option) =>
        Require(!(salt?.Length > LongestSalt), option, $"at most {LongestSalt} characters", salt?.Length);

    /// <param name="met">Whether the condition holds.</param>
    /// <param name="option">The property or parameter.</param>
    /// <param name="expected">What would be right; {0}, {1}, … stand for <paramref name="others"/>.</param>
    /// <param name="found">What was given.</param>
    /// <param name="others">Other properties that the text names.</param>
    internal static void Require<T>(bool met, string option, string expected, T found, params string[] others)
    {
        if (!met) throw new GenerationException("option-out-of-range", option, expected, Convert.ToString(found, CultureInfo.InvariantCulture) ?? "", others);
    }
}
