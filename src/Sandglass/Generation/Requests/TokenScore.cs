using Sandglass.Sampling;

namespace Sandglass.Generation;

/// <summary>How likely the model finds one id of a text, given those before it.</summary>
/// <param name="Index">The position whose distribution this is, from 0.</param>
/// <param name="Id">The id that stands there.</param>
/// <param name="Next">The id that follows, the one that is scored.</param>
/// <param name="Logprob">Its log-probability; natural logarithm.</param>
/// <param name="Rank">Its place in the distribution, 1 the likeliest.</param>
/// <param name="Top">The likeliest ids, likeliest first; empty unless asked for.</param>
/// <param name="LogitsHash">First 16 hex digits of the SHA-256 of the position's logits; null unless asked for.</param>
public sealed record TokenScore(int Index, int Id, int Next, float Logprob, int Rank, IReadOnlyList<TokenLogprob> Top, string? LogitsHash);

/// <summary>How a text is scored.</summary>
public sealed record ScoreOptions
{
    /// <summary>How many of the likeliest tokens are told with each score.</summary>
    public int Logprobs { get; init; }

    /// <summary>Whether each score tells the hash of its logits.</summary>
    public bool HashLogits { get; init; }

    /// <summary>Tokens that go through the model at once; 0 for what suits the engine. The scores are the same.</summary>
    public int PrefillChunk { get; init; }

    /// <summary>The first position that is scored; those before it are only read.</summary>
    public int From { get; init; }

    /// <summary>Told of tokens as they are read, out of the text's; null for nobody.</summary>
    public IProgress<(int Read, int Total)>? Progress { get; init; }

    /// <summary>Throws for the first value that is out of its range.</summary>
    internal void Validate()
    {
        GenerationOptions.Require(Logprobs is >= 0 and <= 1000, nameof(Logprobs), "a whole number from 0 to 1000", Logprobs);
        GenerationOptions.Require(PrefillChunk >= 0, nameof(PrefillChunk), "a whole number from 1", PrefillChunk);
        GenerationOptions.Require(From >= 0, nameof(From), "a whole number from 0", From);
    }
}
