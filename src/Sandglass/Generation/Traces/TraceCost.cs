using Sandglass.Tracing;

namespace Sandglass.Generation;

/// <summary>What a pass through the model cost: counted for this text alone, measured for all that went through with it.</summary>
public sealed record TraceCost
{
    /// <summary>Counted, since the last cost.</summary>
    public required MultiplyAdds MultiplyAdds { get; init; }

    /// <summary>Counted, since the last cost: every (layer, token) entered.</summary>
    public required long LayerTokenPasses { get; init; }

    /// <summary>From a formula: bytes of weights that the pass read, once for all texts in it; of experts those that one token takes.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>From a formula: bytes of the keys and values that any query of this text saw in the pass, each position once.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>Measured: the pass from the embedding to the last block and the logits, of all texts in it.</summary>
    public required TimeSpan Forward { get; init; }

    /// <summary>Measured: choosing, explaining included, of all texts in it.</summary>
    public required TimeSpan Choosing { get; init; }

    /// <summary>Texts that went through together, each beam being one.</summary>
    public required int Texts { get; init; }

    /// <summary>Tokens that did.</summary>
    public required int Tokens { get; init; }
}
