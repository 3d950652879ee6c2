using System.Runtime.Intrinsics;
using Sandglass.Kernels;

namespace Sandglass.KvCache;

/// <summary>Stores one position's keys and values in the page that is being written, in F32 or F16.</summary>
internal static unsafe class PositionStore
{
    private const int KeysAtOnce = 256; // narrowed before they are spread over a page

    /// <summary>Keys, each in its place in the transposed page.</summary>
    /// <param name="keys">[kvHead, keyDim]</param>
    /// <param name="page">[kvHead, keyDim, 32]</param>
    public static void Keys(CacheType type, float* keys, int count, byte* page, int slot)
    {
        if (type == CacheType.F32)
        {
            Column((uint*)keys, count, (uint*)page + slot);
            return;
        }
        ushort* narrowed = stackalloc ushort[KeysAtOnce];
        for (int from = 0; from < count; from += KeysAtOnce)
        {
            int some = Math.Min(KeysAtOnce, count - from);
            HalfRow.Narrow(keys + from, some, narrowed);
            Column(narrowed, some, (ushort*)page + (long)from * CacheShape.PagePositions + slot);
        }
    }

    /// <summary>Values, each head's in its row.</summary>
    /// <param name="values">[kvHead, valueDim]</param>
    /// <param name="page">[kvHead, 32, valueDim]</param>
    public static void Values(CacheType type, float* values, int heads, int valueDim, byte* page, int slot)
    {
        for (int head = 0; head < heads; head++, values += valueDim)
        {
            long row = ((long)head * CacheShape.PagePositions + slot) * valueDim;
            if (type == CacheType.F32) new Span<float>(values, valueDim).CopyTo(new Span<float>((float*)page + row, valueDim));
            else HalfRow.Narrow(values, valueDim, (ushort*)page + row);
        }
    }

    /// <summary>Whether there is no NaN among them.</summary>
    public static bool AreNumbers(float* values, int count)
    {
        int whole = count & ~3;
        Vector128<float> numbers = Vector128<float>.AllBitsSet;
        for (int i = 0; i < whole; i += 4)
        {
            Vector128<float> some = Vector128.Load(values + i);
            numbers &= Vector128.Equals(some, some); // NaN alone differs from itself
        }
        bool all = numbers.ExtractMostSignificantBits() == 0xF;
        for (int i = whole; i < count; i++)
            all &= values[i] == values[i];
        return all;
    }

    private static void Column<T>(T* from, int count, T* to) where T : unmanaged
    {
        for (int i = 0; i < count; i++, to += CacheShape.PagePositions)
            *to = from[i];
    }
}
