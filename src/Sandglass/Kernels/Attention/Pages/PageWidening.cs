using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sandglass.Kernels;

/// <summary>Widens a head's page once for many rows; prefetches it for few.</summary>
internal static unsafe class PageWidening<L, F, I, B>
    where L : struct, ILanes<F, I, B>
    where F : struct
    where I : struct
    where B : struct
{
    /// <summary>Elements to F32, quantised ones as their codes: [rows, columns].</summary>
    /// <param name="from">[rows], <paramref name="rowBytes"/> apart; up to 31 elements are read past the last one.</param>
    /// <param name="to">[rows, columns], and up to 31 more that are overwritten.</param>
    public static void Widen(CacheType type, byte* from, int rowBytes, int rows, int columns, float* to)
    {
        switch (type)
        {
            case CacheType.F16: Widen<PageElementF16>(from, rowBytes, rows, columns, to); break;
            case CacheType.Q8: Widen<PageElementQ8>(from, rowBytes, rows, columns, to); break;
            default: Widen<PageElementQ4>(from, rowBytes, rows, columns, to); break;
        }
    }

    // A head's page is 4 KB in F16 with head dimension 64, and the hardware prefetcher restarts at each.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* at)
    {
        if (Sse.IsSupported) Sse.Prefetch0(at);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen<E>(byte* from, int rowBytes, int rows, int columns, float* to) where E : struct, IPageElement
    {
        int bytes = PageLayout.BlockBytes(E.Type);
        for (int row = 0; row < rows; row++, from += rowBytes, to += columns)
        {
            byte* block = from;
            for (int i = 0; i < columns; i += PageLayout.Block, block += bytes)
            {
                L.Store(to + i, E.First<L, F, I, B>(block));
                L.Store(to + i + 16, E.Second<L, F, I, B>(block));
            }
        }
    }
}
