using Sandglass.Sampling;

namespace Sandglass.Generation;

/// <summary>The probability that the model gives one id of a text, after those before it.</summary>
/// <param name="Index">The position whose distribution this is, from 0.</param>
/// <param name="Id">The id at that position.</param>
/// <param name="Next">The id after it, which is scored.</param>
/// <param name="Logprob">Its log-probability; natural logarithm.</param>
/// <param name="Rank">Its rank in the distribution; 1 is the likeliest.</param>
/// <param name="Top">The likeliest ids, likeliest first; empty unless asked for.</param>
/// <param name="LogitsHash">First 16 hex digits of the SHA-256 of the position's logits; null unless asked for.</param>
public sealed record TokenScore(int Index, int Id, int Next, float Logprob, int Rank, IReadOnlyList<TokenLogprob> Top, string? LogitsHash)
{
    /// <summary>[vocabulary]; empty unless asked for.</summary>
    internal ReadOnlyMemory<float> Logits { get; init; }
}

/// <summary>How a text is scored.</summary>
public sealed record ScoreOptions
{
    /// <summary>How many of the likeliest tokens each score lists, 0 to 1000.</summary>
    public int Logprobs { get; init; }

    /// <summary>Whether each score carries the hash of its logits.</summary>
    public bool HashLogits { get; init; }

    /// <summary>Whether each score carries its logits: for studies, which compare whole distributions.</summary>
    internal bool Logits { get; init; }

    /// <summary>Most tokens that go through the model in one step; 0 leaves it to the engine. The scores are the same.</summary>
    public int PrefillChunk { get; init; }

    /// <summary>The first position that is scored; those before it are only context.</summary>
    public int From { get; init; }

    /// <summary>Whether keys and values are shared with texts that have the same prefix: taken for what stands before <see cref="From"/>, whose scores are not
    /// asked for, and left for others: a text that is generated after it begins with them. The scores are the same.</summary>
    public bool ShareCache { get; init; } = true;

    /// <summary>Whom <see cref="ShareCache"/> is with, as <see cref="GenerationOptions.CacheSalt"/>.</summary>
    public string? CacheSalt { get; init; }

    /// <summary>As <see cref="GenerationOptions.Priority"/>.</summary>
    public int Priority { get; init; }

    /// <summary>As <see cref="GenerationOptions.Tenant"/>.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>As <see cref="GenerationOptions.StartWithin"/>.</summary>
    public TimeSpan? StartWithin { get; init; }

    /// <summary>Reports tokens processed so far and in total; null for no reports. Called on the thread pool, one report at a time and in order; a handler
    /// that lags gets the newest only.</summary>
    public IProgress<(int Read, int Total)>? Progress { get; init; }

    /// <summary>Throws for the first value that is out of its range.</summary>
    internal void Validate()
    {
        GenerationOptions.Require(Logprobs is >= 0 and <= 1000, nameof(Logprobs), "a whole number from 0 to 1000", Logprobs);
        GenerationOptions.Require(PrefillChunk >= 0, nameof(PrefillChunk), "a whole number from 1", PrefillChunk);
        GenerationOptions.Require(From >= 0, nameof(From), "a whole number from 0", From);
        GenerationOptions.RequireSalt(CacheSalt, nameof(CacheSalt));
        GenerationOptions.RequireService(Priority, Tenant, StartWithin);
    }
}
