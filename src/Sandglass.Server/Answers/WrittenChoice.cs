using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>A text that is finished, as one choice of an answer.</summary>
/// <param name="Prompt">What it continues.</param>
/// <param name="Text">It.</param>
/// <param name="Finish">Why it ended.</param>
internal sealed record WrittenChoice(PromptText Prompt, string Text, FinishReason Finish)
{
    /// <summary>All its tokens, the end token too; empty where nobody asked.</summary>
    public IReadOnlyList<GeneratedToken> Tokens { get; init; } = [];

    /// <summary>Those that its text consists of, which log-probabilities are told of.</summary>
    public IReadOnlyList<GeneratedToken> Shown { get; init; } = [];

    /// <summary>Ids of a text that beams found; null for others.</summary>
    public BeamResult? Beam { get; init; }

    /// <summary>Its log-probability a token.</summary>
    public double Mean => Tokens.Count == 0 ? 0 : Tokens.Average(token => (double)token.Logprob);
}
