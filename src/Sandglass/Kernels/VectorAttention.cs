using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sandglass.Kernels;

/// <summary>The three parts of attention for the rows of a tile, in lanes. <see cref="ScalarAttention"/> is the plain twin.</summary>
/// <remarks>Four rows at a time share each load of a key or value. Few rows widen F16 in registers, many have each page widened once, into the first cache.</remarks>
internal static unsafe class VectorAttention<L, F, I, B>
    where L : struct, ILanes<F, I, B>
    where F : struct
    where I : struct
    where B : struct
{
    private const int Page = AttentionTask.PagePositions;
    private const int Span = AttentionTask.SpanPositions;
    private const int RowsAtOnce = 4;

    // Four rows of two vectors of scores, or of four of values, fit the 32 registers of AVX-512; narrower vectors take several registers for sixteen lanes, and there are 16.
    private static bool ManyRegisters => typeof(L) == typeof(Lanes512);

    /// <summary>Scores of some spans, and the largest of each span. Positions that a row may not see are scored too: nobody reads them.</summary>
    /// <param name="tiles">Of the same tokens, and neighbouring heads.</param>
    /// <param name="page">Memory for one head's page as F32.</param>
    public static void Score(ReadOnlySpan<AttentionTile> tiles, int fromSpan, int toSpan, float* page)
    {
        ref readonly AttentionTask task = ref tiles[0].Task;
        bool half = task.Type == CacheType.F16, inRegisters = half && tiles[0].Rows <= RowsAtOnce;
        int end = Math.Min(toSpan * AttentionTile.PagesPerSpan, tiles[0].Pages);
        for (int at = fromSpan * AttentionTile.PagesPerSpan; at < end; at++)
        {
            if (!tiles[0].Sees(at)) continue;
            for (int head = 0; head < tiles.Length; head++)
            {
                byte* keys = task.Keys(at, tiles[head].KvHead), next = head + 1 < tiles.Length ? task.Keys(at, tiles[head + 1].KvHead) : task.Keys(Math.Min(at + 1, end - 1), tiles[0].KvHead);
                if (inRegisters) ScorePage<ElementF16>(tiles[head], at, keys, next);
                else ScorePage<ElementF32>(tiles[head], at, half ? Widen(keys, Page * task.KeyDim, page) : keys, keys);
                if (at * Page >= task.Sinks || task.Window == 0) continue;
                if (inRegisters) ScoreSinks<ElementF16>(tiles[head], at, keys);
                else ScoreSinks<ElementF32>(tiles[head], at, half ? (byte*)page : keys);
            }
        }
        foreach (ref readonly AttentionTile tile in tiles)
        {
            for (int span = fromSpan; span < toSpan; span++)
            {
                for (int row = 0; row < tile.Rows; row++)
                    tile.Maxima[(long)span * tile.Rows + row] = Largest(tile, row, span);
            }
        }
    }

    /// <summary>Exponentials of some spans, and their sums of values. Needs the largest scores of all spans.</summary>
    /// <param name="tiles">Of the same tokens, and neighbouring heads.</param>
    /// <param name="page">Memory for one head's page as F32.</param>
    public static void Weigh(ReadOnlySpan<AttentionTile> tiles, int fromSpan, int toSpan, float* page)
    {
        foreach (ref readonly AttentionTile tile in tiles) Exponentials(tile, fromSpan, toSpan);

        ref readonly AttentionTask task = ref tiles[0].Task;
        bool half = task.Type == CacheType.F16, inRegisters = half && tiles[0].Rows <= RowsAtOnce;
        int end = Math.Min(toSpan * AttentionTile.PagesPerSpan, tiles[0].Pages);
        for (int at = fromSpan * AttentionTile.PagesPerSpan; at < end; at++)
        {
            if (!tiles[0].Sees(at)) continue;
            for (int head = 0; head < tiles.Length; head++)
            {
                byte* values = task.Values(at, tiles[head].KvHead), next = head + 1 < tiles.Length ? task.Values(at, tiles[head + 1].KvHead) : task.Values(Math.Min(at + 1, end - 1), tiles[0].KvHead);
                if (inRegisters) AddPage<ElementF16>(tiles[head], at / AttentionTile.PagesPerSpan, at, values, next);
                else AddPage<ElementF32>(tiles[head], at / AttentionTile.PagesPerSpan, at, half ? Widen(values, Page * task.ValueDim, page) : values, values);
            }
        }
    }

    /// <summary>The spans' sums added in order, divided by the sum of all exponentials.</summary>
    public static void Finish(in AttentionTile tile)
    {
        float* tail = stackalloc float[16];
        int valueDim = tile.Task.ValueDim;
        for (int row = 0; row < tile.Rows; row++)
        {
            float* result = tile.Result(row);
            int spans = (tile.Visible(row) + Span - 1) / Span;
            float divisor = 0;
            for (int span = 0; span < spans; span++)
                divisor += tile.Divisors[(long)span * tile.Rows + row];
            for (int d = 0; d < valueDim; d += 16)
            {
                F total = L.Broadcast(0f);
                for (int span = 0; span < spans; span++)
                    total = L.Add(total, L.Load(tile.SumsOf(span, row) + d));
                total = L.Divide(total, L.Broadcast(divisor));
                if (d + 16 <= valueDim)
                {
                    L.Store(result + d, total);
                    continue;
                }
                L.Store(tail, total);
                new Span<float>(tail, valueDim - d).CopyTo(new Span<float>(result + d, valueDim - d));
            }
        }
    }

    /// <summary>Scores -> e^(score - largest), their sums, and zeros where values will be added.</summary>
    private static void Exponentials(in AttentionTile tile, int fromSpan, int toSpan)
    {
        for (int row = 0; row < tile.Rows; row++)
        {
            float largest = tile.Maxima[row];
            for (int span = 1; span < tile.Spans; span++)
                largest = MathF.Max(largest, tile.Maxima[(long)span * tile.Rows + row]);
            for (int span = fromSpan; span < toSpan; span++)
            {
                float* scores = tile.ScoresOf(row, span * AttentionTile.PagesPerSpan);
                Exponentials(scores, Visible(tile, row, span * Span, Span), largest);
                (int from, int to) = Left(tile, row, span);
                if (to > from) new Span<float>(scores + from, to - from).Clear();   // a weight of 0 changes no sum, be it added or not
            }
        }
        for (int span = fromSpan; span < toSpan; span++)
        {
            for (int row = 0; row < tile.Rows; row += RowsAtOnce)
                SumExponentials(tile, span, row);
            new Span<float>(tile.SumsOf(span, 0), tile.Rows * tile.DimStride).Clear();
        }
    }

    /// <summary>Of <paramref name="count"/> positions from <paramref name="first"/> on, how many a row sees.</summary>
    private static int Visible(in AttentionTile tile, int row, int first, int count) => Math.Clamp(tile.Visible(row) - first, 0, count);

    /// <summary>Of a span's positions, those that have left a row's window.</summary>
    private static (int From, int To) Left(in AttentionTile tile, int row, int span)
    {
        int first = tile.FirstSeen(row);
        return first == 0 ? (0, 0) : (Math.Clamp(tile.Task.Sinks - span * Span, 0, Span), Math.Clamp(first - span * Span, 0, Span));
    }

    /// <summary>The largest score of a span that a row sees.</summary>
    private static float Largest(in AttentionTile tile, int row, int span)
    {
        float* scores = tile.ScoresOf(row, span * AttentionTile.PagesPerSpan);
        int visible = Visible(tile, row, span * Span, Span);
        (int from, int to) = Left(tile, row, span);
        return to <= from ? Largest(scores, visible) : MathF.Max(Largest(scores, from), Largest(scores + to, visible - to));
    }

    /// <summary>The sinks' scores once more, for rows whose window has left them.</summary>
    private static void ScoreSinks<E>(in AttentionTile tile, int page, byte* keys) where E : struct, IElement
    {
        AttentionTile turned = tile.ForSinks();
        int sinks = Math.Min(tile.Task.Sinks - page * Page, Page);
        float* others = stackalloc float[Page];
        for (int row = 0; row < tile.Rows; row++)
        {
            if (tile.FirstSeen(row) == 0) continue;
            Span<float> scores = new(tile.ScoresOf(row, page), Page), kept = new(others, Page);
            scores.CopyTo(kept);
            ScoreRows<Count1, E>(turned, row, page, keys, keys);
            kept[sinks..].CopyTo(scores[sinks..]);
        }
    }

    /// <summary>F16 widened once for all rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static byte* Widen(byte* from, int count, float* to)
    {
        for (int i = 0; i < count; i += 16)
            L.Store(to + i, L.LoadHalf((ushort*)from + i));
        return (byte*)to;
    }

    private static void ScorePage<E>(in AttentionTile tile, int page, byte* keys, byte* next) where E : struct, IElement
    {
        for (int row = 0; row < tile.Rows; row += RowsAtOnce)
        {
            int rows = Math.Min(RowsAtOnce, tile.Rows - row);
            if (tile.Visible(row + rows - 1) <= page * Page) continue;
            switch (rows)
            {
                case 1: ScoreRows<Count1, E>(tile, row, page, keys, next); break;
                case 2: ScoreRows<Count2, E>(tile, row, page, keys, next); break;
                case 3: ScoreRows<Count3, E>(tile, row, page, keys, next); break;
                default: ScoreRows<Count4, E>(tile, row, page, keys, next); break;
            }
        }
    }

    /// <summary>Scores of up to four rows with the 32 positions of a page.</summary>
    /// <param name="keys">[keyDim, 32]</param>
    /// <param name="next">The page that will be read next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScoreRows<R, E>(in AttentionTile tile, int row, int page, byte* keys, byte* next) where R : struct, ICount where E : struct, IElement
    {
        float* x0 = tile.Query(row), x1 = R.Count > 1 ? tile.Query(row + 1) : x0, x2 = R.Count > 2 ? tile.Query(row + 2) : x0, x3 = R.Count > 3 ? tile.Query(row + 3) : x0;
        float* scores = tile.ScoresOf(row, page);
        int keyDim = tile.Task.KeyDim, stride = tile.ScoreStride;
        F scale = L.Broadcast(tile.Task.Scale);
        int columns = ManyRegisters ? 32 : 16;
        for (int column = 0; column < Page; column += columns)
        {
            F a0 = L.Broadcast(0f), b0 = a0, c0 = a0, d0 = a0, a1 = a0, b1 = a0, c1 = a0, d1 = a0;
            byte* key = keys + E.Bytes * column;
            for (int d = 0; d < keyDim; d++, key += E.Bytes * Page)
            {
                F k0 = E.Load<L, F, I, B>(key), k1 = ManyRegisters ? E.Load<L, F, I, B>(key + E.Bytes * 16) : k0;
                if (E.Bytes == 2) Prefetch(next + (key - keys));
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

    /// <summary>The largest of some scores; negative infinity of none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Largest(float* scores, int count)
    {
        F top = L.Broadcast(float.NegativeInfinity);
        int t = 0;
        for (; t + 16 <= count; t += 16)
            top = L.Max(top, L.Load(scores + t));
        float largest = L.Largest(top);
        for (; t < count; t++)
            largest = MathF.Max(largest, scores[t]);
        return largest;
    }

    /// <summary>Scores -> e^(score - largest), in place; what lies behind the last one is overwritten up to a whole vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exponentials(float* scores, int count, float largest)
    {
        F shift = L.Broadcast(largest);
        for (int t = 0; t < count; t += 16)
            L.Store(scores + t, Lanes<L, F, I, B>.Exp(L.Subtract(L.Load(scores + t), shift)));
    }

    /// <summary>The sums of up to four rows' exponentials of a span, each in order: four sums at once, since each addition waits for the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumExponentials(in AttentionTile tile, int span, int row)
    {
        int last = tile.Rows - 1, page = span * AttentionTile.PagesPerSpan;
        int row1 = Math.Min(row + 1, last), row2 = Math.Min(row + 2, last), row3 = Math.Min(row + 3, last);
        float* e0 = tile.ScoresOf(row, page), e1 = tile.ScoresOf(row1, page), e2 = tile.ScoresOf(row2, page), e3 = tile.ScoresOf(row3, page);
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int count = Visible(tile, row, span * Span, Span), t = 0;
        for (; t < count; t++)
        {
            s0 += e0[t];
            s1 += e1[t];
            s2 += e2[t];
            s3 += e3[t];
        }
        // later tokens see a few positions more
        for (int i = t; i < Visible(tile, row1, span * Span, Span); i++) s1 += e1[i];
        for (int i = t; i < Visible(tile, row2, span * Span, Span); i++) s2 += e2[i];
        for (int i = t; i < Visible(tile, row3, span * Span, Span); i++) s3 += e3[i];
        float* sums = tile.Divisors + (long)span * tile.Rows;
        (sums[row], sums[row1], sums[row2], sums[row3]) = (s0, s1, s2, s3);
    }

    private static void AddPage<E>(in AttentionTile tile, int span, int page, byte* values, byte* next) where E : struct, IElement
    {
        for (int row = 0; row < tile.Rows; row += RowsAtOnce)
        {
            int rows = Math.Min(RowsAtOnce, tile.Rows - row);
            int count = Visible(tile, row, page * Page, Page);
            if (count > 0)
            {
                switch (rows)
                {
                    case 1: AddRows<Count1, E>(tile, span, row, page, 0, count, values, next); break;
                    case 2: AddRows<Count2, E>(tile, span, row, page, 0, count, values, next); break;
                    case 3: AddRows<Count3, E>(tile, span, row, page, 0, count, values, next); break;
                    default: AddRows<Count4, E>(tile, span, row, page, 0, count, values, next); break;
                }
            }
            for (int later = row + 1; later < row + rows; later++)
            {
                int more = Visible(tile, later, page * Page, Page);
                if (more > count) AddRows<Count1, E>(tile, span, later, page, count, more, values, values);
            }
        }
    }

    /// <summary>sums[row, d] = fma(weights[row, t], values[t, d], sums[row, d]), t in order, for up to four rows; lanes past valueDim hold what nobody reads.</summary>
    /// <param name="values">[32, valueDim]</param>
    /// <param name="next">The page that will be read next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows<R, E>(in AttentionTile tile, int span, int row, int page, int from, int to, byte* values, byte* next) where R : struct, ICount where E : struct, IElement
    {
        int stride = tile.ScoreStride, dims = tile.DimStride, valueDim = tile.Task.ValueDim;
        float* weights = tile.ScoresOf(row, page), sums = tile.SumsOf(span, row);
        long rowBytes = (long)E.Bytes * valueDim;
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
                byte* value = values + E.Bytes * d + from * rowBytes;
                for (int t = from; t < to; t++, value += rowBytes)
                {
                    F v0 = E.Load<L, F, I, B>(value), v1 = E.Load<L, F, I, B>(value + E.Bytes * 16), v2 = E.Load<L, F, I, B>(value + E.Bytes * 32), v3 = E.Load<L, F, I, B>(value + E.Bytes * 48);
                    if (E.Bytes == 2)
                    {
                        Prefetch(next + (value - values));
                        Prefetch(next + (value - values) + 64);
                    }
                    F w = L.Broadcast(weights[t]);
                    a0 = L.Fma(w, v0, a0);
                    a1 = L.Fma(w, v1, a1);
                    a2 = L.Fma(w, v2, a2);
                    a3 = L.Fma(w, v3, a3);
                    if (R.Count > 1)
                    {
                        w = L.Broadcast(weights[stride + t]);
                        b0 = L.Fma(w, v0, b0);
                        b1 = L.Fma(w, v1, b1);
                        b2 = L.Fma(w, v2, b2);
                        b3 = L.Fma(w, v3, b3);
                    }
                    if (R.Count > 2)
                    {
                        w = L.Broadcast(weights[2L * stride + t]);
                        c0 = L.Fma(w, v0, c0);
                        c1 = L.Fma(w, v1, c1);
                        c2 = L.Fma(w, v2, c2);
                        c3 = L.Fma(w, v3, c3);
                    }
                    if (R.Count > 3)
                    {
                        w = L.Broadcast(weights[3L * stride + t]);
                        d0 = L.Fma(w, v0, d0);
                        d1 = L.Fma(w, v1, d1);
                        d2 = L.Fma(w, v2, d2);
                        d3 = L.Fma(w, v3, d3);
                    }
                }
                StoreFour(s, a0, a1, a2, a3);
                if (R.Count > 1) StoreFour(s + dims, b0, b1, b2, b3);
                if (R.Count > 2) StoreFour(s + 2 * dims, c0, c1, c2, c3);
                if (R.Count > 3) StoreFour(s + 3 * dims, d0, d1, d2, d3);
            }
        }
        for (; d < valueDim; d += 16)
        {
            float* s = sums + d;
            F a = L.Load(s), b = R.Count > 1 ? L.Load(s + dims) : a, c = R.Count > 2 ? L.Load(s + 2 * dims) : a, e = R.Count > 3 ? L.Load(s + 3 * dims) : a;
            byte* value = values + E.Bytes * d + from * rowBytes;
            for (int t = from; t < to; t++, value += rowBytes)
            {
                F v = E.Load<L, F, I, B>(value);
                a = L.Fma(L.Broadcast(weights[t]), v, a);
                if (R.Count > 1) b = L.Fma(L.Broadcast(weights[stride + t]), v, b);
                if (R.Count > 2) c = L.Fma(L.Broadcast(weights[2L * stride + t]), v, c);
                if (R.Count > 3) e = L.Fma(L.Broadcast(weights[3L * stride + t]), v, e);
            }
            L.Store(s, a);
            if (R.Count > 1) L.Store(s + dims, b);
            if (R.Count > 2) L.Store(s + 2 * dims, c);
            if (R.Count > 3) L.Store(s + 3 * dims, e);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFour(float* to, F first, F second, F third, F fourth)
    {
        L.Store(to, first);
        L.Store(to + 16, second);
        L.Store(to + 32, third);
        L.Store(to + 48, fourth);
    }

    // A head's page is 4 KB for heads of 64, and the processor's own prefetcher begins anew with each.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* at)
    {
        if (Sse.IsSupported) Sse.Prefetch0(at);
    }
}
