using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Scores of a tile's rows with one page of keys.</summary>
/// <remarks>
/// Four rows at a time share each load of a key. Few rows read the stored elements directly; for many the page is widened once, into the L1 cache.
/// <para>The codes of quantised keys are multiplied with a query scaled by the page's scales; the minima add one number to all positions of a page.</para>
/// </remarks>
internal static unsafe class VectorScores<L, F, I, B>
    where L : struct, ILanes<F, I, B>
    where F : struct
    where I : struct
    where B : struct
{
    private const int Positions = AttentionTask.PagePositions;
    private const int RowsAtOnce = 4;

    // Four rows of two vectors of scores fit the 32 registers of AVX-512; narrower vectors take several registers for sixteen lanes, and there are 16.
    private static bool ManyRegisters => typeof(L) == typeof(Lanes512);

    /// <summary>Scores of all rows; the sinks' once more, with their own queries, for rows whose window has left them.</summary>
    /// <param name="type">How the page is stored.</param>
    /// <param name="next">What will be read next.</param>
    /// <param name="memory">[<see cref="AttentionScratch.PageFloats"/>]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Page(in AttentionTile tile, int page, CacheType type, byte* keys, byte* next, float* memory)
    {
        bool few = tile.Rows <= RowsAtOnce;
        switch (type)
        {
            case CacheType.F32: Score<PageElementF32>(tile, page, type, keys, keys, next, memory); break;
            case CacheType.F16 when few: Score<PageElementF16>(tile, page, type, keys, keys, next, memory); break;
            case CacheType.Q8 when few: Score<PageElementQ8>(tile, page, type, keys, keys, next, memory); break;
            case CacheType.Q4 when few: Score<PageElementQ4>(tile, page, type, keys, keys, next, memory); break;
            default:
                PageWidening<L, F, I, B>.Widen(type, keys, PageLayout.BlockBytes(type), tile.Task.KeyDim, Positions, memory);
                Score<PageElementF32>(tile, page, type, keys, (byte*)memory, next, memory);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score<E>(in AttentionTile tile, int page, CacheType type, byte* keys, byte* codes, byte* next, float* memory)
        where E : struct, IPageElement
    {
        for (int row = 0; row < tile.Rows; row += RowsAtOnce)
        {
            int rows = Math.Min(RowsAtOnce, tile.Rows - row);
            if (tile.Visible(row + rows - 1) <= page * Positions) continue;
            switch (rows)
            {
                case 1: Score<Count1, E>(tile, row, page, type, keys, codes, next, memory); break;
                case 2: Score<Count2, E>(tile, row, page, type, keys, codes, next, memory); break;
                case 3: Score<Count3, E>(tile, row, page, type, keys, codes, next, memory); break;
                default: Score<Count4, E>(tile, row, page, type, keys, codes, next, memory); break;
            }
        }
        if (tile.Task.Window > 0 && page * Positions < tile.Task.SinkTokens) ScoreSinks<E>(tile, page, type, keys, codes, memory);
    }

    /// <summary>The sinks' scores once more, for rows whose window has left them.</summary>
    private static void ScoreSinks<E>(in AttentionTile tile, int page, CacheType type, byte* keys, byte* codes, float* memory) where E : struct, IPageElement
    {
        AttentionTile rotated = tile.ForSinks();
        int sinks = Math.Min(tile.Task.SinkTokens - page * Positions, Positions);
        float* others = stackalloc float[Positions];
        for (int row = 0; row < tile.Rows; row++)
        {
            if (tile.FirstSeen(row) == 0) continue;
            Span<float> scores = new(tile.ScoresOf(row, page), Positions), kept = new(others, Positions);
            scores.CopyTo(kept);
            Score<Count1, E>(rotated, row, page, type, keys, codes, keys, memory);
            kept[sinks..].CopyTo(scores[sinks..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Score<R, E>(in AttentionTile tile, int row, int page, CacheType type, byte* keys, byte* codes, byte* next, float* memory)
        where R : struct, ICount where E : struct, IPageElement
    {
        if (type.IsQuantized())
        {
            ScoreQuantized<R, E>(tile, row, page, type, keys, codes, next, memory);
            return;
        }
        int last = row + R.Count - 1;
        float* second = tile.Query(Math.Min(row + 1, last)), third = tile.Query(Math.Min(row + 2, last));
        ScoreRows<R, E>(tile, row, page, tile.Query(row), second, third, tile.Query(last), null, codes, next);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ScoreQuantized<R, E>(in AttentionTile tile, int row, int page, CacheType type, byte* keys, byte* codes, byte* next, float* memory)
        where R : struct, ICount where E : struct, IPageElement
    {
        float* starts = stackalloc float[RowsAtOnce], scaled = memory + AttentionScratch.ScaledOffset(tile.Task);
        ScaleQueries<R>(tile, row, (ushort*)(keys + PageLayout.KeyCodeBytes(type, tile.Task.KeyDim)), type == CacheType.Q4, scaled, starts);
        int width = AttentionScratch.Width(tile.Task);
        ScoreRows<R, E>(tile, row, page, scaled, scaled + width, scaled + 2L * width, scaled + 3L * width, starts, codes, next);
    }

    /// <summary>Multiplies queries with the page's scales, and sums what the minima add to every score, in sixteen lanes and one tree.</summary>
    /// <param name="scales">[keyDim, padded to a multiple of 16], followed by the minima.</param>
    /// <param name="scaled">[row, <see cref="AttentionScratch.Width"/>]</param>
    /// <param name="starts">[row]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScaleQueries<R>(in AttentionTile tile, int row, ushort* scales, bool minima, float* scaled, float* starts) where R : struct, ICount
    {
        int keyDim = tile.Task.KeyDim, last = row + R.Count - 1;
        long width = AttentionScratch.Width(tile.Task);
        ushort* least = scales + PageLayout.KeyScales(keyDim);
        float* x0 = tile.Query(row), x1 = tile.Query(Math.Min(row + 1, last)), x2 = tile.Query(Math.Min(row + 2, last)), x3 = tile.Query(last);
        float* tails = stackalloc float[4 * 16];
        F a = L.Broadcast(0f), b = a, c = a, e = a;
        for (int d = 0; d < keyDim; d += 16, scaled += 16)
        {
            if (d + 16 > keyDim)
            {
                x0 = Tail(x0, d, keyDim, tails);
                x1 = Tail(x1, d, keyDim, tails + 16);
                x2 = Tail(x2, d, keyDim, tails + 32);
                x3 = Tail(x3, d, keyDim, tails + 48);
            }
            F scale = L.LoadHalf(scales + d), lowest = minima ? L.LoadHalf(least + d) : scale;
            F x = L.Load(x0 + d);
            L.Store(scaled, L.Multiply(x, scale));
            a = L.Fma(x, lowest, a);
            if (R.Count > 1)
            {
                x = L.Load(x1 + d);
                L.Store(scaled + width, L.Multiply(x, scale));
                b = L.Fma(x, lowest, b);
            }
            if (R.Count > 2)
            {
                x = L.Load(x2 + d);
                L.Store(scaled + 2 * width, L.Multiply(x, scale));
                c = L.Fma(x, lowest, c);
            }
            if (R.Count > 3)
            {
                x = L.Load(x3 + d);
                L.Store(scaled + 3 * width, L.Multiply(x, scale));
                e = L.Fma(x, lowest, e);
            }
        }
        (starts[0], starts[1], starts[2], starts[3]) = (0, 0, 0, 0);
        if (!minima) return;
        starts[0] = Lanes<L, F, I, B>.Sum(a);
        if (R.Count > 1) starts[1] = Lanes<L, F, I, B>.Sum(b);
        if (R.Count > 2) starts[2] = Lanes<L, F, I, B>.Sum(c);
        if (R.Count > 3) starts[3] = Lanes<L, F, I, B>.Sum(e);

        // Another query, or nothing, may follow a query: its last channels padded with zeros, to be read at d.
        static float* Tail(float* query, int d, int keyDim, float* to)
        {
            new Span<float>(to, 16).Clear();
            new Span<float>(query + d, keyDim - d).CopyTo(new Span<float>(to, 16));
            return to - d;
        }
    }

    /// <summary>Scores of up to four rows with the 32 positions of a page.</summary>
    /// <param name="starts">[row]: initial values of the sums; null for 0.</param>
    /// <param name="keys">[keyDim, 32]</param>
    /// <param name="next">The page that will be read next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScoreRows<R, E>(
        in AttentionTile tile, int row, int page, float* x0, float* x1, float* x2, float* x3, float* starts, byte* keys, byte* next)
        where R : struct, ICount where E : struct, IPageElement
    {
        float* scores = tile.ScoresOf(row, page);
        int keyDim = tile.Task.KeyDim, stride = tile.ScoreStride;
        F scale = L.Broadcast(tile.Task.Scale);
        int block = PageLayout.BlockBytes(E.Type);
        for (int column = 0; column < Positions; column += ManyRegisters ? 32 : 16)
        {
            F a0 = L.Broadcast(0f), b0 = a0, c0 = a0, d0 = a0;
            if (starts != null) (a0, b0, c0, d0) = (L.Broadcast(starts[0]), L.Broadcast(starts[1]), L.Broadcast(starts[2]), L.Broadcast(starts[3]));
            F a1 = a0, b1 = b0, c1 = c0, d1 = d0;
            byte* key = keys;
            for (int d = 0; d < keyDim; d++, key += block)
            {
                F k0 = ManyRegisters || column == 0 ? E.First<L, F, I, B>(key) : E.Second<L, F, I, B>(key), k1 = ManyRegisters ? E.Second<L, F, I, B>(key) : k0;
                if (E.Type != CacheType.F32) PageWidening<L, F, I, B>.Prefetch(next + (key - keys));
                F x = L.Broadcast(x0[d]);
                a0 = L.Fma(x, k0, a0);
                if (ManyRegisters) a1 = L.Fma(x, k1, a1);
                if (R.Count > 1)
                {
                    x = L.Broadcast(x1[d]);
                    b0 = L.Fma(x, k0, b0);
                    if (ManyRegisters) b1 = L.Fma(x, k1, b1);
                }
                if (R.Count > 2)
                {
                    x = L.Broadcast(x2[d]);
                    c0 = L.Fma(x, k0, c0);
                    if (ManyRegisters) c1 = L.Fma(x, k1, c1);
                }
                if (R.Count > 3)
                {
                    x = L.Broadcast(x3[d]);
                    d0 = L.Fma(x, k0, d0);
                    if (ManyRegisters) d1 = L.Fma(x, k1, d1);
                }
            }
            StoreScaled(scores + column, a0, a1, scale);
            if (R.Count > 1) StoreScaled(scores + stride + column, b0, b1, scale);
            if (R.Count > 2) StoreScaled(scores + 2L * stride + column, c0, c1, scale);
            if (R.Count > 3) StoreScaled(scores + 3L * stride + column, d0, d1, scale);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreScaled(float* to, F first, F second, F scale)
    {
        L.Store(to, L.Multiply(first, scale));
        if (ManyRegisters) L.Store(to + 16, L.Multiply(second, scale));
    }
}
