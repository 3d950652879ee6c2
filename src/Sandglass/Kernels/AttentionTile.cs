using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Attention of a tile of tokens that share one head of keys and values: each page is read once for all their rows.</summary>
internal static unsafe class AttentionTile<L, F, I, B>
    where L : struct, ILanes<F, I, B>
    where F : struct
    where I : struct
    where B : struct
{
    private const int Page = AttentionTask.PagePositions;
    private const int PagesPerSpan = AttentionTask.SpanPositions / Page;

    public static void Run(in AttentionTask task, int kvHead, int from, int to, AttentionScratch scratch)
    {
        int group = task.Group, rows = (to - from) * group;
        int pages = (task.FirstPosition + to + Page - 1) / Page;

        for (int page = 0; page < pages; page++)
        {
            float* keys = Widen(task.Type, task.Keys(page, kvHead), Page * task.KeyDim, scratch.Page);
            // Positions that a row may not see are scored too: nobody reads them.
            for (int row = 0; row < rows; row += 2)
            {
                float* first = task.Query(from + row / group, kvHead * group + row % group);
                int next = Math.Min(row + 1, rows - 1);
                float* second = task.Query(from + next / group, kvHead * group + next % group);
                float* scores = scratch.Scores + Page * page;
                ScorePair(keys, task.KeyDim, task.Scale, first, second, scores + (long)row * scratch.ScoreStride, scores + (long)next * scratch.ScoreStride);
            }
        }

        new Span<float>(scratch.SpanSums, rows * scratch.DimStride).Clear();
        new Span<float>(scratch.Totals, rows * scratch.DimStride).Clear();
        for (int row = 0; row < rows; row++)
            scratch.Divisors[row] = Exponentials(scratch.Scores + (long)row * scratch.ScoreStride, task.FirstPosition + from + row / group + 1);

        for (int page = 0; page < pages; page++)
        {
            float* values = Widen(task.Type, task.Values(page, kvHead), Page * task.ValueDim, scratch.Page);
            bool spanEnds = page % PagesPerSpan == PagesPerSpan - 1 || page == pages - 1;
            for (int row = 0; row < rows; row++)
            {
                int visible = Math.Min(Page, task.FirstPosition + from + row / group + 1 - Page * page);
                float* weights = scratch.Scores + (long)row * scratch.ScoreStride + Page * page;
                float* sums = scratch.SpanSums + (long)row * scratch.DimStride;
                AddValues(weights, Math.Max(visible, 0), values, task.ValueDim, sums);
                if (spanEnds) CloseSpan(sums, scratch.Totals + (long)row * scratch.DimStride, scratch.DimStride);
            }
        }

        for (int row = 0; row < rows; row++)
        {
            float* output = task.Result(from + row / group, kvHead * group + row % group);
            for (int d = 0; d < task.ValueDim; d++)
                output[d] = scratch.Totals[(long)row * scratch.DimStride + d] / scratch.Divisors[row];
        }
    }

    /// <summary>The page as F32: itself, or its F16 widened once for all rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float* Widen(CacheType type, byte* page, int count, float* to)
    {
        if (type == CacheType.F32) return (float*)page;
        for (int i = 0; i < count; i += 16)
            L.Store(to + i, L.LoadHalf((ushort*)page + i));
        return to;
    }

    /// <summary>Scores of two queries with the 32 positions of a page.</summary>
    /// <param name="keys">[keyDim, 32]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScorePair(float* keys, int keyDim, float scale, float* first, float* second, float* firstScores, float* secondScores)
    {
        F a0 = L.Broadcast(0f), a1 = a0, b0 = a0, b1 = a0;
        for (int d = 0; d < keyDim; d++)
        {
            F k0 = L.Load(keys + Page * d), k1 = L.Load(keys + Page * d + 16);
            F a = L.Broadcast(first[d]), b = L.Broadcast(second[d]);
            a0 = L.Fma(a, k0, a0);
            a1 = L.Fma(a, k1, a1);
            b0 = L.Fma(b, k0, b0);
            b1 = L.Fma(b, k1, b1);
        }
        F factor = L.Broadcast(scale);
        L.Store(firstScores, L.Multiply(a0, factor));
        L.Store(firstScores + 16, L.Multiply(a1, factor));
        L.Store(secondScores, L.Multiply(b0, factor));
        L.Store(secondScores + 16, L.Multiply(b1, factor));
    }

    /// <summary>Scores -> e^(score - max), in place; gives their sum, in order inside spans.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Exponentials(float* scores, int visible)
    {
        int padded = (visible + 15) & ~15;
        new Span<float>(scores + visible, padded - visible).Fill(float.NegativeInfinity);
        F top = L.Load(scores);
        for (int t = 16; t < padded; t += 16)
            top = L.Max(top, L.Load(scores + t));
        float* lanes = stackalloc float[16];
        L.Store(lanes, top);
        float max = lanes[0];
        for (int i = 1; i < 16; i++)
            max = MathF.Max(max, lanes[i]);

        F shift = L.Broadcast(max);
        for (int t = 0; t < padded; t += 16)
            L.Store(scores + t, Lanes<L, F, I, B>.Exp(L.Subtract(L.Load(scores + t), shift)));

        float total = 0;
        for (int start = 0; start < visible; start += AttentionTask.SpanPositions)
        {
            float sum = 0;
            int end = Math.Min(start + AttentionTask.SpanPositions, visible);
            for (int t = start; t < end; t++)
                sum += scores[t];
            total += sum;
        }
        return total;
    }

    /// <summary>sums[d] = fma(weights[t], values[t, d], sums[d]), t in order; lanes past valueDim hold what nobody reads.</summary>
    /// <param name="values">[positions, valueDim]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddValues(float* weights, int positions, float* values, int valueDim, float* sums)
    {
        int d = 0;
        for (; d + 64 <= valueDim; d += 64)
        {
            F s0 = L.Load(sums + d), s1 = L.Load(sums + d + 16), s2 = L.Load(sums + d + 32), s3 = L.Load(sums + d + 48);
            float* row = values + d;
            for (int t = 0; t < positions; t++, row += valueDim)
            {
                F weight = L.Broadcast(weights[t]);
                s0 = L.Fma(weight, L.Load(row), s0);
                s1 = L.Fma(weight, L.Load(row + 16), s1);
                s2 = L.Fma(weight, L.Load(row + 32), s2);
                s3 = L.Fma(weight, L.Load(row + 48), s3);
            }
            L.Store(sums + d, s0);
            L.Store(sums + d + 16, s1);
            L.Store(sums + d + 32, s2);
            L.Store(sums + d + 48, s3);
        }
        for (; d < valueDim; d += 16)
        {
            F sum = L.Load(sums + d);
            float* row = values + d;
            for (int t = 0; t < positions; t++, row += valueDim)
                sum = L.Fma(L.Broadcast(weights[t]), L.Load(row), sum);
            L.Store(sums + d, sum);
        }
    }

    private static void CloseSpan(float* sums, float* totals, int count)
    {
        F zero = L.Broadcast(0f);
        for (int d = 0; d < count; d += 16)
        {
            L.Store(totals + d, L.Add(L.Load(totals + d), L.Load(sums + d)));
            L.Store(sums + d, zero);
        }
    }
}
