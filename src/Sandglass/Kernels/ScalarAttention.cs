namespace Sandglass.Kernels;

/// <summary>Attention as the formula says it, one row after the other: the oracle of <see cref="VectorAttention{L, F, I, B}"/>.</summary>
internal static unsafe class ScalarAttention
{
    /// <param name="tile">Of its memory the scores and one span's sums are used.</param>
    public static void Run(in AttentionTile tile)
    {
        for (int row = 0; row < tile.Rows; row++)
            Row(tile.Task, tile.KvHead, tile.FirstSeen(row), tile.Visible(row), tile.Query(row), tile.ForSinks().Query(row), tile.Result(row), tile.Scores, tile.Sums);
    }

    private static void Row(in AttentionTask task, int kvHead, int first, int visible, float* query, float* sinkQuery, float* output, float* weights, float* span)
    {
        float max = float.NegativeInfinity;
        for (int t = 0; t < visible; t++)
        {
            if (t >= task.Sinks && t < first) continue;     // has left the window
            float* x = t < first ? sinkQuery : query;
            byte* keys = task.Keys(t / 32, kvHead);
            float score = 0;
            for (int d = 0; d < task.KeyDim; d++)
                score = MathF.FusedMultiplyAdd(x[d], Element(task, keys, 32 * d + t % 32), score);
            weights[t] = score * task.Scale;
            max = MathF.Max(max, weights[t]);
        }

        float divisor = 0;
        new Span<float>(output, task.ValueDim).Clear();
        for (int start = 0; start < visible; start += AttentionTask.SpanPositions)
        {
            float sum = 0;
            new Span<float>(span, task.ValueDim).Clear();
            for (int t = start; t < Math.Min(start + AttentionTask.SpanPositions, visible); t++)
            {
                if (t >= task.Sinks && t < first) continue;
                float weight = Elementary.Exp(weights[t] - max);
                sum += weight;
                byte* values = task.Values(t / 32, kvHead);
                for (int d = 0; d < task.ValueDim; d++)
                    span[d] = MathF.FusedMultiplyAdd(weight, Element(task, values, t % 32 * task.ValueDim + d), span[d]);
            }
            divisor += sum;
            for (int d = 0; d < task.ValueDim; d++)
                output[d] += span[d];
        }
        for (int d = 0; d < task.ValueDim; d++)
            output[d] /= divisor;
    }

    private static float Element(in AttentionTask task, byte* from, int index) =>
        task.Type == CacheType.F32 ? ((float*)from)[index] : F16.ToFloat(((ushort*)from)[index]);
}
