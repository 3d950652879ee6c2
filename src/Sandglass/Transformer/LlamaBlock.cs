using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>One block's weights; biases are null where the file has none.</summary>
internal sealed record LlamaBlock
{
    public required Vector AttentionNorm { get; init; }

    /// <summary>[heads * headDim, width]</summary>
    public required WeightMatrix Query { get; init; }

    /// <summary>[kvHeads * headDim, width]</summary>
    public required WeightMatrix Key { get; init; }

    /// <summary>[kvHeads * headDim, width]</summary>
    public required WeightMatrix Value { get; init; }

    /// <summary>[width, heads * headDim]</summary>
    public required WeightMatrix AttentionOutput { get; init; }

    public Vector? QueryBias { get; init; }
    public Vector? KeyBias { get; init; }
    public Vector? ValueBias { get; init; }
    public Vector? AttentionOutputBias { get; init; }

    public required Vector FeedForwardNorm { get; init; }

    /// <summary>[ffnWidth, width]</summary>
    public required WeightMatrix Gate { get; init; }

    /// <summary>[ffnWidth, width]</summary>
    public required WeightMatrix Up { get; init; }

    /// <summary>[width, ffnWidth]</summary>
    public required WeightMatrix Down { get; init; }

    public Vector? GateBias { get; init; }
    public Vector? UpBias { get; init; }
    public Vector? DownBias { get; init; }

    /// <summary>All matrices and vectors, absent ones included.</summary>
    public IEnumerable<object?> Parts =>
    [
        AttentionNorm, Query, Key, Value, AttentionOutput, QueryBias, KeyBias, ValueBias, AttentionOutputBias,
        FeedForwardNorm, Gate, Up, Down, GateBias, UpBias, DownBias,
    ];
}
