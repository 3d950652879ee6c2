using Sandglass.Tracing;

namespace Sandglass.Generation;

/// <summary>What a pass through the model cost: counted for this text alone, measured for all that went through with it.</summary>
public sealed record TraceCost
{
    /// <summary>Counted, since the step before.</summary>
    public required MultiplyAdds MultiplyAdds { get; init; }

    /// <summary>Counted, since the step before: every (layer, token) entered.</summary>
    public required long LayerTokenPasses { get; init; }

    /// <summary>From a formula: bytes of weights that the pass read, once for all texts in it.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>From a formula: bytes of keys and values that this text's queries read.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>Measured: the pass from the embedding to the last block and the logits, of all texts in it.</summary>
    public required TimeSpan Forward { get; init; }

    /// <summary>Measured: choosing, explaining included, of all texts in it.</summary>
    public required TimeSpan Choosing { get; init; }

    /// <summary>Texts that went through together.</summary>
    public required int Texts { get; init; }

    /// <summary>Tokens that did.</summary>
    public required int Tokens { get; init; }
}
