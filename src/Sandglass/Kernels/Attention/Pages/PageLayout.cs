namespace Sandglass.Kernels;

/// <summary>Memory layout of one head's keys or values for a page's 32 positions.</summary>
/// <remarks>
/// Keys are [keyDim, 32]: quantised, the 32 positions of each channel are a block. Values are [32, valueDim]: quantised, each position's channels are cut
/// into blocks of 32, the last one holding the remainder. The codes are followed by the blocks' scales as F16, and for Q4 by their minima: for keys
/// [channel], padded with zeros to a multiple of 16; for values [block, position]. A block of Q4 is 16 bytes: elements 0 to 15 in the low nibbles, 16 to 31
/// in the high nibbles.
/// </remarks>
internal static class PageLayout
{
    /// <summary>Elements of a block.</summary>
    public const int Block = 32;

    private const int Positions = AttentionTask.PagePositions;

    /// <summary>Bytes of a block's codes, without scale and minimum.</summary>
    public static int BlockBytes(CacheType type) => type switch
    {
        CacheType.F32 => 128,
        CacheType.F16 => 64,
        CacheType.Q8 => 32,
        _ => 16,
    };

    /// <summary>Blocks of a position's values.</summary>
    public static int ValueBlocks(int valueDim) => (valueDim + Block - 1) / Block;

    /// <summary>Scales of a head's keys, padding included.</summary>
    public static int KeyScales(int keyDim) => (keyDim + 15) & ~15;

    /// <summary>Bytes of one position's values.</summary>
    public static int ValueRowBytes(CacheType type, int valueDim) =>
        type == CacheType.Q4 ? BlockBytes(type) * ValueBlocks(valueDim) : BlockBytes(type) / Block * valueDim;

    /// <summary>Bytes of a head's keys before their scales.</summary>
    public static long KeyCodeBytes(CacheType type, int keyDim) => (long)keyDim * BlockBytes(type);

    /// <summary>Bytes of a head's values before their scales.</summary>
    public static long ValueCodeBytes(CacheType type, int valueDim) => (long)Positions * ValueRowBytes(type, valueDim);

    /// <summary>Bytes of a head's keys.</summary>
    public static long KeyBytes(CacheType type, int keyDim) => KeyCodeBytes(type, keyDim) + (long)Factors(type) * KeyScales(keyDim) * sizeof(ushort);

    /// <summary>Bytes of a head's values.</summary>
    public static long ValueBytes(CacheType type, int valueDim) =>
        ValueCodeBytes(type, valueDim) + (long)Factors(type) * ValueBlocks(valueDim) * Positions * sizeof(ushort);

    /// <summary>F16 numbers per block: its scale, and for Q4 its minimum.</summary>
    private static int Factors(CacheType type) => type switch
    {
        CacheType.Q8 => 1,
        CacheType.Q4 => 2,
        _ => 0,
    };
}
