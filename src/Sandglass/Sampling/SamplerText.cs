namespace Sandglass.Sampling;

/// <summary>What a chain knows about the text and its vocabulary.</summary>
/// <param name="VocabularySize">The length of every row of logits.</param>
internal sealed record SamplerText(int VocabularySize)
{
    /// <summary>The ids that end the text.</summary>
    public IReadOnlyCollection<int> EndIds { get; init; } = [];

    /// <summary>Whether an end id is never chosen.</summary>
    public bool IgnoreEnd { get; init; }

    /// <summary>The number of tokens before which no end id is chosen.</summary>
    public int MinTokens { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptLength { get; init; }

    /// <summary>The runs of tokens that no repetition crosses; called only if the chain needs them.</summary>
    public Func<SequenceBreakers> Breakers { get; init; } = () => SequenceBreakers.None;
}
