namespace Sandglass.Sampling;

/// <summary>What a chain must know of the text that it writes and of the vocabulary that it writes with.</summary>
/// <param name="VocabularySize">The length of every row of logits.</param>
internal sealed record SamplerText(int VocabularySize)
{
    /// <summary>The ids that end the text.</summary>
    public IReadOnlyCollection<int> EndIds { get; init; } = [];

    /// <summary>Whether an end id is never chosen.</summary>
    public bool IgnoreEnd { get; init; }

    /// <summary>No end id is chosen before so many tokens were.</summary>
    public int MinTokens { get; init; }

    /// <summary>How many tokens were there at the beginning.</summary>
    public int PromptLength { get; init; }

    /// <summary>The tokens over which no repetition reaches; only asked where the chain needs them.</summary>
    public Func<SequenceBreakers> Breakers { get; init; } = () => SequenceBreakers.None;
}
