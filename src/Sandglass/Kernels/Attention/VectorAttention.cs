using System.Runtime.CompilerServices;
using Sandglass.Kernels.WebAssembly;

namespace Sandglass.Kernels;

/// <summary>The three parts of attention for the rows of a tile, in lanes. <see cref="ScalarAttention"/> is the plain twin.</summary>
/// <remarks>The work per page is in <see cref="VectorScores{L, F, I, B}"/> and <see cref="VectorValues{L, F, I, B}"/>.</remarks>
internal static unsafe class VectorAttention<L, F, I, B>
    where L : struct, ILanes<F, I, B>
    where F : struct
    where I : struct
    where B : struct
{
    private const int Span = AttentionTask.SpanPositions;
    private const int RowsAtOnce = 4;

    /// <summary>Scores of some spans, and the largest of each span. Invisible positions are scored too and never read.</summary>
    /// <param name="tiles">Of the same tokens, and neighbouring heads.</param>
    /// <param name="memory">[<see cref="AttentionScratch.PageFloats"/>]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Score(ReadOnlySpan<AttentionTile> tiles, int fromSpan, int toSpan, float* memory)
    {
        ref readonly AttentionTask task = ref tiles[0].Task;
        CachedPages keys = task.Keys;
        int end = Math.Min(toSpan * AttentionTile.PagesPerSpan, tiles[0].Pages);
        for (int page = fromSpan * AttentionTile.PagesPerSpan; page < end; page++)
        {
            if (!tiles[0].Sees(page)) continue;
            for (int head = 0; head < tiles.Length; head++)
            {
                byte* next = head + 1 < tiles.Length ? keys.At(page, tiles[head + 1].KvHead) : keys.At(Math.Min(page + 1, end - 1), tiles[0].KvHead);
                VectorScores<L, F, I, B>.Page(tiles[head], page, keys.TypeOf(page), keys.At(page, tiles[head].KvHead), next, memory);
            }
        }
        foreach (ref readonly AttentionTile tile in tiles)
        {
            for (int span = fromSpan; span < toSpan; span++)
            {
                for (int row = 0; row < tile.Rows; row++)
                {
                    if (task.SoftCap > 0) Cap(tile, row, span);
                    tile.Maxima[(long)span * tile.Rows + row] = Largest(tile, row, span);
                }
            }
        }
    }

    /// <summary>Exponentials and sums of values of some spans. Needs the largest scores of all spans.</summary>
    /// <param name="tiles">Of the same tokens, and neighbouring heads.</param>
    /// <param name="memory">[<see cref="AttentionScratch.PageFloats"/>]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weigh(ReadOnlySpan<AttentionTile> tiles, int fromSpan, int toSpan, float* memory)
    {
        foreach (ref readonly AttentionTile tile in tiles) Exponentials(tile, fromSpan, toSpan);

        ref readonly AttentionTask task = ref tiles[0].Task;
        CachedPages values = task.Values;
        int end = Math.Min(toSpan * AttentionTile.PagesPerSpan, tiles[0].Pages);
        for (int page = fromSpan * AttentionTile.PagesPerSpan; page < end; page++)
        {
            if (!tiles[0].Sees(page)) continue;
            for (int head = 0; head < tiles.Length; head++)
            {
                byte* next = head + 1 < tiles.Length ? values.At(page, tiles[head + 1].KvHead) : values.At(Math.Min(page + 1, end - 1), tiles[0].KvHead);
                VectorValues<L, F, I, B>.Page(tiles[head], page, values.TypeOf(page), values.At(page, tiles[head].KvHead), next, memory);
            }
        }
        if (task.Types.Values != CacheType.Q4) return;
        foreach (ref readonly AttentionTile tile in tiles)
        {
            for (int span = fromSpan; span < toSpan; span++) VectorValues<L, F, I, B>.AddMinima(tile, span);
        }
    }

    /// <summary>Adds the spans' sums in order and divides by the sum of all exponentials.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Finish(in AttentionTile tile)
    {
        float* tail = stackalloc float[16];
        int valueDim = tile.Task.ValueDim;
        bool isWatched = tile.Task.Weights != null;
        for (int row = 0; row < tile.Rows; row++)
        {
            float* result = tile.Result(row);
            int spans = (tile.Visible(row) + Span - 1) / Span;
            float divisor = 0;
            for (int span = 0; span < spans; span++)
                divisor += tile.Divisors[(long)span * tile.Rows + row];
            if (isWatched && tile.WeightsOf(row) is var weights && weights != null)
                Divide(tile.ScoresOf(row, 0), tile.Visible(row), divisor, weights);
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

    /// <summary>A row's exponentials -> weights, elsewhere; the rest of the last vector is overwritten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Divide(float* exponentials, int count, float divisor, float* weights)
    {
        F by = L.Broadcast(divisor);
        for (int t = 0; t < count; t += 16)
            L.Store(weights + t, L.Divide(L.Load(exponentials + t), by));
    }

    /// <summary>Scores -> e^(score - largest) and their sums; clears the sums of values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
                if (to > from) new Span<float>(scores + from, to - from).Clear();   // adding a weight of 0 changes no sum
            }
        }
        for (int span = fromSpan; span < toSpan; span++)
        {
            for (int row = 0; row < tile.Rows; row += RowsAtOnce)
                SumExponentials(tile, span, row);
            new Span<float>(tile.SumsOf(span, 0), tile.Rows * tile.DimStride).Clear();
            new Span<float>(tile.MinimaOf(span, 0), tile.Rows * tile.MinimumStride).Clear();
        }
    }

    /// <summary>How many of <paramref name="count"/> positions from <paramref name="first"/> on are visible to a row.</summary>
    private static int Visible(in AttentionTile tile, int row, int first, int count) => Math.Clamp(tile.Visible(row) - first, 0, count);

    /// <summary>The positions of a span that have left a row's window.</summary>
    private static (int From, int To) Left(in AttentionTile tile, int row, int span)
    {
        int first = tile.FirstSeen(row);
        return first == 0 ? (0, 0) : (Math.Clamp(tile.Task.SinkTokens - span * Span, 0, Span), Math.Clamp(first - span * Span, 0, Span));
    }

    /// <summary>Caps a row's visible scores of a span, in whole vectors: other elements of those vectors are never read.</summary>
    private static void Cap(in AttentionTile tile, int row, int span)
    {
        float* scores = tile.ScoresOf(row, span * AttentionTile.PagesPerSpan);
        int visible = (Visible(tile, row, span * Span, Span) + 15) & ~15;
        (int from, int to) = Left(tile, row, span);
        int before = (from + 15) & ~15, behind = Math.Max(before, to & ~15);    // never the same vector twice
        if (to <= from) (before, behind) = (visible, visible);
        SoftCap.Vector<L, F, I, B>(scores, before, tile.Task.SoftCap);
        SoftCap.Vector<L, F, I, B>(scores + behind, visible - behind, tile.Task.SoftCap);
    }

    /// <summary>The largest visible score of a row in a span.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Largest(in AttentionTile tile, int row, int span)
    {
        float* scores = tile.ScoresOf(row, span * AttentionTile.PagesPerSpan);
        int visible = Visible(tile, row, span * Span, Span);
        (int from, int to) = Left(tile, row, span);
        return to <= from ? Largest(scores, visible) : MathF.Max(Largest(scores, from), Largest(scores + to, visible - to));
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

    /// <summary>Scores -> e^(score - largest), in place; the rest of the last vector is overwritten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exponentials(float* scores, int count, float largest)
    {
        int done = WasmRow.Exps(scores, count, largest);
        F shift = L.Broadcast(largest);
        for (int t = done; t < count; t += 16)
            L.Store(scores + t, Lanes<L, F, I, B>.Exp(L.Subtract(L.Load(scores + t), shift)));
    }

    /// <summary>The sums of up to four rows' exponentials of a span, each in order: four at once, since each addition waits for the previous one.</summary>
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
}
