namespace Sandglass.Kernels;

/// <summary>Attention written like the formula, row by row: the oracle of <see cref="VectorAttention{L, F, I, B}"/>.</summary>
internal static unsafe class ScalarAttention
{
    private const int Positions = AttentionTask.PagePositions;

    /// <param name="tile">Only its scores and one span's sums are used.</param>
    public static void Run(in AttentionTile tile)
    {
        for (int row = 0; row < tile.Rows; row++)
            Row(tile, tile.FirstSeen(row), tile.Visible(row), tile.Query(row), tile.ForSinks().Query(row), tile.Result(row), tile.WeightsOf(row));
    }

    private static void Row(in AttentionTile tile, int first, int visible, float* query, float* sinkQuery, float* output, float* watched)
    {
        ref readonly AttentionTask task = ref tile.Task;
        float* weights = tile.Scores, span = tile.Sums;
        Span<float> minima = new(tile.Minima, tile.MinimumStride);
        float max = float.NegativeInfinity;
        for (int t = 0; t < visible; t++)
        {
            if (t >= task.SinkTokens && t < first) continue;     // has left the window
            weights[t] = Score(task, t, tile.KvHead, t < first ? sinkQuery : query) * task.Scale;
            if (task.SoftCap > 0) SoftCap.Scalar(weights + t, 1, task.SoftCap);
            max = MathF.Max(max, weights[t]);
        }

        float divisor = 0;
        new Span<float>(output, task.ValueDim).Clear();
        for (int start = 0; start < visible; start += AttentionTask.SpanPositions)
        {
            float sum = 0;
            new Span<float>(span, task.ValueDim).Clear();
            minima.Clear();
            for (int t = start; t < Math.Min(start + AttentionTask.SpanPositions, visible); t++)
            {
                if (t >= task.SinkTokens && t < first) continue;
                float weight = Elementary.Exp(weights[t] - max);
                sum += weight;
                Add(task, t, tile.KvHead, weight, span, minima);
            }
            divisor += sum;
            for (int d = 0; d < task.ValueDim; d++)
                output[d] += minima.IsEmpty ? span[d] : span[d] + Sum(minima.Slice(d / PageLayout.Block * 16, 16));
        }
        for (int d = 0; d < task.ValueDim; d++)
            output[d] /= divisor;
        for (int t = 0; watched != null && t < visible; t++)
            watched[t] = t >= task.SinkTokens && t < first ? 0 : Elementary.Exp(weights[t] - max) / divisor;
    }

    /// <summary>
    /// The score of a query and one position's key. Quantised: the minima first, in sixteen lanes and one tree; then codes times (query times scale), d in
    /// order.
    /// </summary>
    private static float Score(in AttentionTask task, int t, int kvHead, float* query)
    {
        CacheType type = task.Keys.TypeOf(t / Positions);
        byte* keys = task.Keys.At(t / Positions, kvHead);
        ushort* scales = (ushort*)(keys + PageLayout.KeyCodeBytes(type, task.KeyDim)), minima = scales + PageLayout.KeyScales(task.KeyDim);
        float score = 0;
        if (type == CacheType.Q4)
        {
            Span<float> lanes = stackalloc float[16];
            lanes.Clear();
            for (int d = 0; d < task.KeyDim; d++)
                lanes[d % 16] = MathF.FusedMultiplyAdd(query[d], F16.ToFloat(minima[d]), lanes[d % 16]);
            score = Sum(lanes);
        }
        for (int d = 0; d < task.KeyDim; d++)
        {
            float x = type.IsQuantized() ? query[d] * F16.ToFloat(scales[d]) : query[d];
            score = MathF.FusedMultiplyAdd(x, Element(type, keys + d * PageLayout.BlockBytes(type), t % Positions), score);
        }
        return score;
    }

    /// <summary>Adds one position's weighted value. Quantised: codes times (weight times scale); minima into lane t mod 16 of their block.</summary>
    private static void Add(in AttentionTask task, int t, int kvHead, float weight, float* sums, Span<float> minimumSums)
    {
        int slot = t % Positions, blocks = PageLayout.ValueBlocks(task.ValueDim);
        CacheType type = task.Values.TypeOf(t / Positions);
        byte* values = task.Values.At(t / Positions, kvHead);
        ushort* scales = (ushort*)(values + PageLayout.ValueCodeBytes(type, task.ValueDim)) + slot, minima = scales + blocks * Positions;
        for (int d = 0; d < task.ValueDim; d++)
        {
            float w = type.IsQuantized() ? weight * F16.ToFloat(scales[d / PageLayout.Block * Positions]) : weight;
            sums[d] = MathF.FusedMultiplyAdd(w, Element(type, values + slot * PageLayout.ValueRowBytes(type, task.ValueDim), d), sums[d]);
        }
        if (type != CacheType.Q4) return;
        for (int block = 0; block < blocks; block++)
        {
            ref float lane = ref minimumSums[16 * block + t % 16];
            lane = MathF.FusedMultiplyAdd(weight, F16.ToFloat(minima[block * Positions]), lane);
        }
    }

    /// <summary>One element of a row of blocks; for quantised types its code.</summary>
    internal static float Element(CacheType type, byte* row, int index) => type switch
    {
        CacheType.F32 => ((float*)row)[index],
        CacheType.F16 => F16.ToFloat(((ushort*)row)[index]),
        CacheType.Q8 => (sbyte)row[index],
        _ => (row[index / 32 * 16 + index % 16] >> (index % 32 / 16 * 4)) & 15,
    };

    private static float Sum(ReadOnlySpan<float> lanes)
    {
        float* each = stackalloc float[16];
        lanes.CopyTo(new Span<float>(each, 16));
        return LaneTree.Sum(each);
    }
}
