namespace Sandglass.Kernels;

/// <summary>How one head's keys or values of a page's 32 positions lie in memory.</summary>
/// <remarks>
/// Keys are [keyDim, 32]: quantised, the 32 positions of each channel are a block. Values are [32, valueDim]: quantised, each position's channels are cut into blocks of 32,
/// the last one what is left. Behind the codes stand the blocks' scales as F16, and for Q4 their minima: of keys [channel], filled up with zeros to a multiple of 16; of
/// values [block, position]. A block of Q4 is 16 bytes: elements 0 to 15 in the low halves, 16 to 31 in the high ones.
/// </remarks>
internal static class PageLayout
{
    /// <summary>Elements of a block.</summary>
    public const int Block = 32;

    private const int Positions = AttentionTask.PagePositions;

    /// <summary>Bytes of 32 neighbours, without what stands behind the codes.</summary>
    public static int BlockBytes(CacheType type) => type switch
    {
        CacheType.F32 => 128,
        CacheType.F16 => 64,
        CacheType.Q8 => 32,
        _ => 16,
    };

    /// <summary>Blocks of a position's values.</summary>
    public static int ValueBlocks(int valueDim) => (valueDim + Block - 1) / Block;

    /// <summary>Channels of keys that have a place for a scale.</summary>
    public static int KeyScales(int keyDim) => (keyDim + 15) & ~15;

    /// <summary>Bytes of one position's values.</summary>
    public static int ValueRowBytes(CacheType type, int valueDim) => type == CacheType.Q4 ? BlockBytes(type) * ValueBlocks(valueDim) : BlockBytes(type) / Block * valueDim;

    /// <summary>Bytes of a head's keys before their scales.</summary>
    public static long KeyCodeBytes(CacheType type, int keyDim) => (long)keyDim * BlockBytes(type);

    /// <summary>Bytes of a head's values before their scales.</summary>
    public static long ValueCodeBytes(CacheType type, int valueDim) => (long)Positions * ValueRowBytes(type, valueDim);

    /// <summary>Bytes of a head's keys.</summary>
    public static long KeyBytes(CacheType type, int keyDim) => KeyCodeBytes(type, keyDim) + (long)Factors(type) * KeyScales(keyDim) * sizeof(ushort);

    /// <summary>Bytes of a head's values.</summary>
    public static long ValueBytes(CacheType type, int valueDim) => ValueCodeBytes(type, valueDim) + (long)Factors(type) * ValueBlocks(valueDim) * Positions * sizeof(ushort);

    /// <summary>F16 numbers that go with each block.</summary>
    private static int Factors(CacheType type) => type switch
    {
        CacheType.Q8 => 1,
        CacheType.Q4 => 2,
        _ => 0,
    };
}
