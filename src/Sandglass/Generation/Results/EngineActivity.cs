namespace Sandglass.Generation;

/// <summary>What an engine is doing, at one moment, and what it has done since its model was loaded: figures for a gauge, taken without stopping it.</summary>
/// <remarks>Each figure is right by itself; two of them may be from moments a step apart.</remarks>
public sealed record EngineActivity
{
    private readonly Func<int, TimeSpan> _estimate;

    internal EngineActivity(Func<int, TimeSpan> estimate) => _estimate = estimate;

    /// <summary>Requests that have a part in steps.</summary>
    public required int Running { get; init; }

    /// <summary>Requests that wait: those that have not begun, and those that were preempted.</summary>
    public required int Waiting { get; init; }

    /// <summary>Tokens of the prompts of those that have not begun.</summary>
    public required long WaitingTokens { get; init; }

    /// <summary>How much of the pages that texts could hold now they do hold, from 0 to 1.</summary>
    public required double CacheUsage { get; init; }

    /// <summary>Pages, of 32 positions in all layers, that texts could hold now. Where several models have one budget (<see cref="KvCache.SharedCache"/>):
    /// all but the others' floors, and what the others' texts hold beyond them.</summary>
    public required long Pages { get; init; }

    /// <summary>Pages that texts could hold if no other model had any of the common part; always the same while the same models are loaded.</summary>
    public required long MostPages { get; init; }

    /// <summary>Those of them that texts hold.</summary>
    public required long HeldPages { get; init; }

    /// <summary>Those that no text holds and that are kept for texts with the same beginning.</summary>
    public required long CachedPages { get; init; }

    /// <summary>Prompt tokens of texts that looked for pages of their beginnings.</summary>
    public required long PrefixQueriedTokens { get; init; }

    /// <summary>Those of them whose pages were found.</summary>
    public required long PrefixHitTokens { get; init; }

    /// <summary>How many times a text gave its pages to one that came before it.</summary>
    public required long Preemptions { get; init; }

    /// <summary>Tokens of the prompts of all requests that have begun, those found in the cache included.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Tokens written, of all texts and beams.</summary>
    public required long GeneratedTokens { get; init; }

    /// <summary>Steps in which tokens went through the model.</summary>
    public required long Steps { get; init; }

    /// <summary>Tokens of all steps: read, written and guessed ones.</summary>
    public required long StepTokens { get; init; }

    /// <summary>Steps by their tokens: at place i those of at most 2^i, and of more than half as many.</summary>
    public required IReadOnlyList<long> StepsByTokens { get; init; }

    /// <summary>How many times tokens were guessed.</summary>
    public required long Drafts { get; init; }

    /// <summary>Tokens that were guessed and went through the model.</summary>
    public required long Drafted { get; init; }

    /// <summary>Those of them that the model chose too.</summary>
    public required long Accepted { get; init; }

    /// <summary>How long a request would wait for its beginning if it came now, by the speed measured so far: for one of the default priority and no tenant.
    /// Zero where a place is free, or before anything was measured.</summary>
    /// <param name="promptTokens">Of its prompt.</param>
    public TimeSpan EstimatedWait(int promptTokens) => _estimate(promptTokens);
}
