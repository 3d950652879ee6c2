namespace Sandglass.Planning;

/// <summary>What a layer's cache keeps of the past.</summary>
public enum AttentionKind
{
    /// <summary>Keys and values of every position.</summary>
    Full,

    /// <summary>Keys and values of the last positions only, as many as the window has.</summary>
    Window,

    /// <summary>One latent vector and one rotary key a position, from which all heads make their keys and values (multi-head latent attention).</summary>
    Latent,
}

/// <summary>The attention of one layer.</summary>
public sealed record AttentionShape
{
    /// <summary>Query heads; 0 in a layer without attention.</summary>
    public required int Heads { get; init; }

    /// <summary>Heads of keys and values, each shared by <c>Heads / KeyValueHeads</c> queries: as many as query heads (multi-head), fewer (grouped) or one
    /// (multi-query).</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Values of one query or key head, the rotated ones included.</summary>
    public required int KeyDim { get; init; }

    /// <summary>Values of one value head.</summary>
    public required int ValueDim { get; init; }

    /// <summary>Positions that a token sees, its own included; 0 for all.</summary>
    public int Window { get; init; }

    /// <summary>Values of the latent vector of a position; 0 where keys and values are kept themselves.</summary>
    public int LatentDim { get; init; }

    /// <summary>With a latent vector: values of the rotary key that is kept beside it.</summary>
    public int RopeDim { get; init; }

    /// <summary>With a latent vector: values of the latent vector that queries are made of; 0 where they are made of the token.</summary>
    public int QueryRank { get; init; }

    /// <summary>What the cache keeps.</summary>
    public AttentionKind Kind => LatentDim > 0 ? AttentionKind.Latent : Window > 0 ? AttentionKind.Window : AttentionKind.Full;

    /// <summary>Values that the cache keeps for each position that it holds.</summary>
    public long CachedValues => LatentDim > 0 ? LatentDim + RopeDim : (long)KeyValueHeads * (KeyDim + ValueDim);

    /// <summary>Positions that the cache holds of a text.</summary>
    /// <param name="positions">Positions of the text so far.</param>
    public long PositionsHeld(long positions) => Window > 0 ? Math.Min(positions, Window) : positions;

    /// <summary>Multiply-adds of one query token for each position that it sees: its scores and its sums of values, in all heads.</summary>
    /// <remarks>With a latent vector all heads ask the latent space itself, whose vectors are longer than a head's: it saves memory, not work.</remarks>
    public long MultiplyAddsPerPosition => Heads * (LatentDim > 0 ? (long)LatentDim + RopeDim + LatentDim : (long)KeyDim + ValueDim);

    /// <summary>The name that the field has for it: multi-head, grouped-query, multi-query or latent.</summary>
    public string Name =>
        LatentDim > 0 ? "latent"
        : Heads == 0 ? "none"
        : KeyValueHeads == Heads ? "multi-head"
        : KeyValueHeads == 1 ? "multi-query"
        : "grouped-query";
}
