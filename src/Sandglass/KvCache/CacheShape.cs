using Sandglass.Kernels;

namespace Sandglass.KvCache;

/// <summary>What a position costs: the same in every layer.</summary>
internal sealed record CacheShape(int Layers, int KvHeads, int KeyDim, int ValueDim, CacheType Type)
{
    /// <summary>Positions that a query sees, its own included; 0 for all.</summary>
    public int Window { get; init; }

    /// <summary>First positions of a text that are seen beside the window.</summary>
    public int Sinks { get; init; }

    /// <summary>Positions of which a text holds pages at most while so many tokens go through at once.</summary>
    public long MostHeld(long positions, int tokens) => Window == 0 ? positions : Math.Min(positions, (long)Sinks + Window + tokens + 3 * PagePositions);

    /// <summary>Positions of a page.</summary>
    public const int PagePositions = AttentionTask.PagePositions;

    /// <summary>Bytes of one element.</summary>
    public int ElementBytes => AttentionTask.BytesOf(Type);

    /// <summary>Bytes of one page's keys, [kvHead, keyDim, 32].</summary>
    public long KeyBytes => (long)KvHeads * KeyDim * PagePositions * ElementBytes;

    /// <summary>Bytes of one page's values, [kvHead, 32, valueDim].</summary>
    public long ValueBytes => (long)KvHeads * ValueDim * PagePositions * ElementBytes;

    /// <summary>Bytes of one page: keys and values of 32 positions in one layer.</summary>
    public long PageBytes => KeyBytes + ValueBytes;

    /// <summary>Bytes of 32 positions in all layers.</summary>
    public long SetBytes => PageBytes * Layers;

    /// <summary>Pages of one layer that hold this many positions.</summary>
    public static int PagesFor(int positions) => (positions + PagePositions - 1) / PagePositions;
}
