using Sandglass.Kernels;

namespace Sandglass.KvCache;

/// <summary>Memory layout of keys and values, identical in all layers.</summary>
internal sealed record CacheShape(int Layers, int KvHeads, int KeyDim, int ValueDim, CacheTypes Types)
{
    /// <summary>Positions of a page.</summary>
    public const int PagePositions = AttentionTask.PagePositions;

    private const long Spare = 64; // after each page, for vector loads that reach past its end; it also keeps pages off equal places in the processor's caches

    /// <summary>Positions that a query sees, its own included; 0 for all.</summary>
    public int Window { get; init; }

    /// <summary>Attention sink tokens: first positions that stay visible outside the window (StreamingLLM).</summary>
    public int SinkTokens { get; init; }

    /// <summary>Bytes of one page's keys, [kvHead, keyDim, 32].</summary>
    public long KeyBytes => KvHeads * PageLayout.KeyBytes(Types.Keys, KeyDim);

    /// <summary>Bytes of one page's values, [kvHead, 32, valueDim].</summary>
    public long ValueBytes => KvHeads * PageLayout.ValueBytes(Types.Values, ValueDim);

    /// <summary>Bytes of one page: keys and values of 32 positions in one layer.</summary>
    public long PageBytes => KeyBytes + ValueBytes;

    /// <summary>Bytes of 32 positions in all layers.</summary>
    public long SetBytes => PageBytes * Layers;

    /// <summary>Bytes from one layer's page to the next's.</summary>
    public long PageStride => Aligned(PageBytes);

    /// <summary>Bytes of memory that a page set has; of quantised types enough for one layer's keys, or values, as they are written.</summary>
    public long SetMemory => Types.AreQuantized ? Math.Max(PageStride * Layers, Math.Max(WrittenKeyStride, WrittenValueStride)) : PageStride * Layers;

    /// <summary>Bytes that one page's keys take as they are written.</summary>
    public long WrittenKeyStride => Aligned(KvHeads * PageLayout.KeyBytes(Types.Keys.Written(), KeyDim));

    /// <summary>Bytes that one page's values take as they are written.</summary>
    public long WrittenValueStride => Aligned(KvHeads * PageLayout.ValueBytes(Types.Values.Written(), ValueDim));

    /// <summary>Page sets in whose memory the same 32 positions lie as they are written; 0 where that is how they stay.</summary>
    public int WrittenSets
    {
        get
        {
            if (!Types.AreQuantized) return 0;
            int sets = 1;
            long used = 0;
            for (int side = 0; side < 2 * Layers; side++)   // as WrittenSet lays them out: none lies in two sets
            {
                long bytes = side % 2 == 0 ? WrittenKeyStride : WrittenValueStride;
                if (used + bytes > SetMemory) (sets, used) = (sets + 1, 0);
                used += bytes;
            }
            return sets;
        }
    }

    /// <summary>Pages of one layer that hold this many positions.</summary>
    public static int PagesFor(int positions) => (positions + PagePositions - 1) / PagePositions;

    /// <summary>The most page sets that a text takes while it is read in chunks.</summary>
    public long SetsFor(long positions, int tokens)
    {
        long held = Window == 0 ? positions : Math.Min(positions, (long)SinkTokens + Window + tokens + 3 * PagePositions);
        long pages = (held + PagePositions - 1) / PagePositions;
        return pages + WrittenSets * Math.Min(pages, PagesWrittenBy(tokens));
    }

    /// <summary>The most pages that this many tokens are written into.</summary>
    public static int PagesWrittenBy(int tokens) => PagesFor(tokens) + 1;

    private static long Aligned(long bytes) => ((bytes + 63) & ~63L) + Spare;
}
