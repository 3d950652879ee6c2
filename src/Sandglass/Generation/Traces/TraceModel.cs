namespace Sandglass.Generation;

/// <summary>The model that a trace is of.</summary>
public sealed record TraceModel
{
    /// <summary>Its own name.</summary>
    public required string Name { get; init; }

    /// <summary>First 16 hex digits of the SHA-256 of its file; null where that can no longer be read.</summary>
    public required string? Hash { get; init; }

    /// <summary>For instance <c>llama</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Its blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads of a layer.</summary>
    public required int Heads { get; init; }

    /// <summary>Heads of keys and values of a layer, as its cache has them.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Values of a query or key head.</summary>
    public required int KeyDim { get; init; }

    /// <summary>Values of a value head.</summary>
    public required int ValueDim { get; init; }

    /// <summary>Values of the residual stream at each position.</summary>
    public required int Width { get; init; }

    /// <summary>Tokens of the vocabulary.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Positions that prompt and completion may take together.</summary>
    public required int Context { get; init; }

    /// <summary>From a formula: bytes of weights that one token reads on its way.</summary>
    public required long WeightBytesPerToken { get; init; }

    /// <summary>From a formula: bytes of one position's keys and values in all layers, in the cache's type, without what a page rounds up.</summary>
    public required double CacheBytesPerPosition { get; init; }
}
