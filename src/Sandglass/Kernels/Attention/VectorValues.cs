using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Adds one page of weighted values to the sums of a tile's rows.</summary>
/// <remarks>
/// Four rows at a time share each load of a value. Few rows read the stored elements directly; for many the page is widened once, into the L1 cache.
/// <para>The codes of quantised values are added with weights scaled by the blocks' scales. What the minima add is kept separately, lane = position, until
/// the span is complete.</para>
/// </remarks>
internal static unsafe class VectorValues<L, F, I, B>
    where L : struct, ILanes<F, I, B>
    where F : struct
    where I : struct
    where B : struct
{
    private const int Positions = AttentionTask.PagePositions;
    private const int RowsAtOnce = 4;

    // Four rows of four vectors of sums fit the 32 registers of AVX-512.
    private static bool ManyRegisters => typeof(L) == typeof(Lanes512);

    /// <summary>Adds a page.</summary>
    /// <param name="type">How the page is stored.</param>
    /// <param name="next">What will be read next.</param>
    /// <param name="memory">[<see cref="AttentionScratch.PageFloats"/>]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Page(in AttentionTile tile, int page, CacheType type, byte* values, byte* next, float* memory)
    {
        bool few = tile.Rows <= RowsAtOnce;
        switch (type)
        {
            case CacheType.F32: Add<PageElementF32>(tile, page, type, values, values, next, memory); break;
            case CacheType.F16 when few: Add<PageElementF16>(tile, page, type, values, values, next, memory); break;
            case CacheType.Q8 when few: Add<PageElementQ8>(tile, page, type, values, values, next, memory); break;
            case CacheType.Q4 when few: Add<PageElementQ4>(tile, page, type, values, values, next, memory); break;
            default:
                PageWidening<L, F, I, B>.Widen(type, values, PageLayout.ValueRowBytes(type, tile.Task.ValueDim), Positions, tile.Task.ValueDim, memory);
                Add<PageElementF32>(tile, page, type, values, (byte*)memory, next, memory);
                break;
        }
    }

    /// <summary>Adds the minima of a span's pages: sixteen lanes and one tree, the same for all channels of a block.</summary>
    public static void AddMinima(in AttentionTile tile, int span)
    {
        int dims = tile.DimStride;
        for (int row = 0; row < tile.Rows; row++)
        {
            float* sums = tile.SumsOf(span, row), minima = tile.MinimaOf(span, row);
            for (int d = 0; d < dims; d += 16)
            {
                F sum = L.Broadcast(Lanes<L, F, I, B>.Sum(L.Load(minima + d / PageLayout.Block * 16)));
                L.Store(sums + d, L.Add(L.Load(sums + d), sum));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<E>(in AttentionTile tile, int page, CacheType type, byte* values, byte* codes, byte* next, float* memory)
        where E : struct, IPageElement
    {
        for (int row = 0; row < tile.Rows; row += RowsAtOnce)
        {
            int rows = Math.Min(RowsAtOnce, tile.Rows - row), count = Seen(tile, row, page);
            if (count > 0)
            {
                switch (rows)
                {
                    case 1: Add<Count1, E>(tile, row, page, count, type, values, codes, next, memory); break;
                    case 2: Add<Count2, E>(tile, row, page, count, type, values, codes, next, memory); break;
                    case 3: Add<Count3, E>(tile, row, page, count, type, values, codes, next, memory); break;
                    default: Add<Count4, E>(tile, row, page, count, type, values, codes, next, memory); break;
                }
            }
            // Later tokens see a few more positions; never of a quantised page, which is wholly visible to all.
            for (int later = row + 1; later < row + rows; later++)
            {
                int more = Seen(tile, later, page);
                if (more > count) AddRows<Count1, E>(tile, later, page, tile.ScoresOf(later, page), tile.ScoreStride, 0, count, more, codes, codes);
            }
        }
    }

    /// <summary>Positions of a page that a row sees, or that have left its window.</summary>
    private static int Seen(in AttentionTile tile, int row, int page) => Math.Clamp(tile.Visible(row) - page * Positions, 0, Positions);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<R, E>(in AttentionTile tile, int row, int page, int count, CacheType type, byte* values, byte* codes, byte* next, float* memory)
        where R : struct, ICount where E : struct, IPageElement
    {
        if (type.IsQuantized()) AddQuantized<R, E>(tile, row, page, type, values, codes, next, memory);
        else AddRows<R, E>(tile, row, page, tile.ScoresOf(row, page), tile.ScoreStride, 0, 0, count, codes, next);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddQuantized<R, E>(in AttentionTile tile, int row, int page, CacheType type, byte* values, byte* codes, byte* next, float* memory)
        where R : struct, ICount where E : struct, IPageElement
    {
        float* scaled = memory + AttentionScratch.ScaledOffset(tile.Task);
        ScaleWeights<R>(tile, row, page, (ushort*)(values + PageLayout.ValueCodeBytes(type, tile.Task.ValueDim)), type == CacheType.Q4, scaled);
        AddRows<R, E>(tile, row, page, scaled, AttentionScratch.Width(tile.Task), Positions, 0, Positions, codes, next);
    }

    /// <summary>Multiplies weights with the page's scales and its minima.</summary>
    /// <param name="scales">[block, 32], followed by the minima.</param>
    /// <param name="scaled">[row, block, 32]; rows <see cref="AttentionScratch.Width"/> apart.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScaleWeights<R>(in AttentionTile tile, int row, int page, ushort* scales, bool minima, float* scaled) where R : struct, ICount
    {
        int span = page / AttentionTile.PagesPerSpan, blocks = PageLayout.ValueBlocks(tile.Task.ValueDim), width = AttentionScratch.Width(tile.Task);
        ushort* least = scales + blocks * Positions;
        for (int block = 0; block < blocks; block++, scales += Positions, least += Positions, scaled += Positions)
        {
            F scale0 = L.LoadHalf(scales), scale1 = L.LoadHalf(scales + 16);
            F least0 = minima ? L.LoadHalf(least) : scale0, least1 = minima ? L.LoadHalf(least + 16) : scale1;
            for (int r = 0; r < R.Count; r++)
            {
                float* weights = tile.ScoresOf(row + r, page), to = scaled + (long)r * width;
                F w0 = L.Load(weights), w1 = L.Load(weights + 16);
                L.Store(to, L.Multiply(w0, scale0));
                L.Store(to + 16, L.Multiply(w1, scale1));
                if (!minima) continue;
                float* sums = tile.MinimaOf(span, row + r) + 16 * block;
                L.Store(sums, L.Fma(w1, least1, L.Fma(w0, least0, L.Load(sums))));
            }
        }
    }

    /// <summary>sums[row, d] = fma(weights[row, t], values[t, d], sums[row, d]), t in order, for up to four rows; lanes past valueDim are never read.</summary>
    /// <param name="weights">[row, 32], <paramref name="stride"/> apart; [row, block, 32] where <paramref name="perBlock"/> is 32 and not 0.</param>
    /// <param name="values">[32, valueDim]</param>
    /// <param name="next">The page that will be read next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows<R, E>(
        in AttentionTile tile, int row, int page, float* weights, int stride, int perBlock, int from, int to, byte* values, byte* next)
        where R : struct, ICount where E : struct, IPageElement
    {
        int dims = tile.DimStride, valueDim = tile.Task.ValueDim, block = PageLayout.BlockBytes(E.Type), rowBytes = PageLayout.ValueRowBytes(E.Type, valueDim);
        float* sums = tile.SumsOf(page / AttentionTile.PagesPerSpan, row);
        int d = 0;
        if (ManyRegisters)
        {
            for (; d + 64 <= valueDim; d += 64)
            {
                float* s = sums + d;
                F a0 = L.Load(s), a1 = L.Load(s + 16), a2 = L.Load(s + 32), a3 = L.Load(s + 48);
                F b0 = a0, b1 = a0, b2 = a0, b3 = a0, c0 = a0, c1 = a0, c2 = a0, c3 = a0, d0 = a0, d1 = a0, d2 = a0, d3 = a0;
                if (R.Count > 1) (b0, b1, b2, b3) = (L.Load(s + dims), L.Load(s + dims + 16), L.Load(s + dims + 32), L.Load(s + dims + 48));
                if (R.Count > 2) (c0, c1, c2, c3) = (L.Load(s + 2 * dims), L.Load(s + 2 * dims + 16), L.Load(s + 2 * dims + 32), L.Load(s + 2 * dims + 48));
                if (R.Count > 3) (d0, d1, d2, d3) = (L.Load(s + 3 * dims), L.Load(s + 3 * dims + 16), L.Load(s + 3 * dims + 32), L.Load(s + 3 * dims + 48));
                float* first = weights + d / PageLayout.Block * perBlock, second = first + perBlock;
                byte* value = values + d / PageLayout.Block * block + from * rowBytes;
                for (int t = from; t < to; t++, value += rowBytes)
                {
                    F v0 = E.First<L, F, I, B>(value), v1 = E.Second<L, F, I, B>(value);
                    F v2 = E.First<L, F, I, B>(value + block), v3 = E.Second<L, F, I, B>(value + block);
                    if (E.Type != CacheType.F32) PageWidening<L, F, I, B>.Prefetch(next + (value - values));
                    if (E.Type == CacheType.F16) PageWidening<L, F, I, B>.Prefetch(next + (value - values) + 64);
                    F w = L.Broadcast(first[t]), u = E.Type == CacheType.F16 ? w : L.Broadcast(second[t]);
                    a0 = L.Fma(w, v0, a0);
                    a1 = L.Fma(w, v1, a1);
                    a2 = L.Fma(u, v2, a2);
                    a3 = L.Fma(u, v3, a3);
                    if (R.Count > 1)
                    {
                        w = L.Broadcast(first[stride + t]);
                        u = E.Type == CacheType.F16 ? w : L.Broadcast(second[stride + t]);
                        b0 = L.Fma(w, v0, b0);
                        b1 = L.Fma(w, v1, b1);
                        b2 = L.Fma(u, v2, b2);
                        b3 = L.Fma(u, v3, b3);
                    }
                    if (R.Count > 2)
                    {
                        w = L.Broadcast(first[2L * stride + t]);
                        u = E.Type == CacheType.F16 ? w : L.Broadcast(second[2L * stride + t]);
                        c0 = L.Fma(w, v0, c0);
                        c1 = L.Fma(w, v1, c1);
                        c2 = L.Fma(u, v2, c2);
                        c3 = L.Fma(u, v3, c3);
                    }
                    if (R.Count > 3)
                    {
                        w = L.Broadcast(first[3L * stride + t]);
                        u = E.Type == CacheType.F16 ? w : L.Broadcast(second[3L * stride + t]);
                        d0 = L.Fma(w, v0, d0);
                        d1 = L.Fma(w, v1, d1);
                        d2 = L.Fma(u, v2, d2);
                        d3 = L.Fma(u, v3, d3);
                    }
                }
                StoreFour(s, a0, a1, a2, a3);
                if (R.Count > 1) StoreFour(s + dims, b0, b1, b2, b3);
                if (R.Count > 2) StoreFour(s + 2 * dims, c0, c1, c2, c3);
                if (R.Count > 3) StoreFour(s + 3 * dims, d0, d1, d2, d3);
            }
        }
        if (ManyRegisters)
        {
            for (; d + 32 <= valueDim; d += 32)     // one block: additions to one sum wait for each other, two sums do not
            {
                float* s = sums + d;
                F a0 = L.Load(s), a1 = L.Load(s + 16);
                F b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
                if (R.Count > 1) (b0, b1) = (L.Load(s + dims), L.Load(s + dims + 16));
                if (R.Count > 2) (c0, c1) = (L.Load(s + 2 * dims), L.Load(s + 2 * dims + 16));
                if (R.Count > 3) (d0, d1) = (L.Load(s + 3 * dims), L.Load(s + 3 * dims + 16));
                float* w = weights + d / PageLayout.Block * perBlock;
                byte* value = values + d / PageLayout.Block * block + from * rowBytes;
                for (int t = from; t < to; t++, value += rowBytes)
                {
                    F v0 = E.First<L, F, I, B>(value), v1 = E.Second<L, F, I, B>(value), x = L.Broadcast(w[t]);
                    if (E.Type != CacheType.F32) PageWidening<L, F, I, B>.Prefetch(next + (value - values));
                    a0 = L.Fma(x, v0, a0);
                    a1 = L.Fma(x, v1, a1);
                    if (R.Count > 1)
                    {
                        x = L.Broadcast(w[stride + t]);
                        b0 = L.Fma(x, v0, b0);
                        b1 = L.Fma(x, v1, b1);
                    }
                    if (R.Count > 2)
                    {
                        x = L.Broadcast(w[2L * stride + t]);
                        c0 = L.Fma(x, v0, c0);
                        c1 = L.Fma(x, v1, c1);
                    }
                    if (R.Count > 3)
                    {
                        x = L.Broadcast(w[3L * stride + t]);
                        d0 = L.Fma(x, v0, d0);
                        d1 = L.Fma(x, v1, d1);
                    }
                }
                StoreTwo(s, a0, a1);
                if (R.Count > 1) StoreTwo(s + dims, b0, b1);
                if (R.Count > 2) StoreTwo(s + 2 * dims, c0, c1);
                if (R.Count > 3) StoreTwo(s + 3 * dims, d0, d1);
            }
        }
        for (; d < valueDim; d += 16)
        {
            bool upper = d % PageLayout.Block != 0, inHalves = E.Type == CacheType.Q4;     // of bytes: both halves of a block begin where it does
            float* s = sums + d;
            F a = L.Load(s), b = R.Count > 1 ? L.Load(s + dims) : a, c = R.Count > 2 ? L.Load(s + 2 * dims) : a, e = R.Count > 3 ? L.Load(s + 3 * dims) : a;
            float* w = weights + d / PageLayout.Block * perBlock;
            byte* value = values + d / PageLayout.Block * block + from * rowBytes + (upper && !inHalves ? block / 2 : 0);
            for (int t = from; t < to; t++, value += rowBytes)
            {
                F v = inHalves && upper ? E.Second<L, F, I, B>(value) : E.First<L, F, I, B>(value);
                a = L.Fma(L.Broadcast(w[t]), v, a);
                if (R.Count > 1) b = L.Fma(L.Broadcast(w[stride + t]), v, b);
                if (R.Count > 2) c = L.Fma(L.Broadcast(w[2L * stride + t]), v, c);
                if (R.Count > 3) e = L.Fma(L.Broadcast(w[3L * stride + t]), v, e);
            }
            L.Store(s, a);
            if (R.Count > 1) L.Store(s + dims, b);
            if (R.Count > 2) L.Store(s + 2 * dims, c);
            if (R.Count > 3) L.Store(s + 3 * dims, e);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTwo(float* to, F first, F second)
    {
        L.Store(to, first);
        L.Store(to + 16, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFour(float* to, F first, F second, F third, F fourth)
    {
        L.Store(to, first);
        L.Store(to + 16, second);
        L.Store(to + 32, third);
        L.Store(to + 48, fourth);
    }
}
