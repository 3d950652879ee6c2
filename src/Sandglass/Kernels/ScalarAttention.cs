namespace Sandglass.Kernels;

/// <summary>Attention as the formula says it, one row after the other: the oracle of <see cref="AttentionTile{L, F, I, B}"/>.</summary>
internal static unsafe class ScalarAttention
{
    public static void Run(in AttentionTask task, int kvHead, int from, int to, AttentionScratch scratch)
    {
        for (int token = from; token < to; token++)
        {
            for (int head = kvHead * task.Group; head < (kvHead + 1) * task.Group; head++)
                Row(task, kvHead, token, head, scratch.Scores, scratch.SpanSums);
        }
    }

    private static void Row(in AttentionTask task, int kvHead, int token, int head, float* weights, float* span)
    {
        int visible = task.FirstPosition + token + 1;
        float* query = task.Query(token, head);
        float* output = task.Result(token, head);

        float max = float.NegativeInfinity;
        for (int t = 0; t < visible; t++)
        {
            byte* keys = task.Keys(t / 32, kvHead);
            float score = 0;
            for (int d = 0; d < task.KeyDim; d++)
                score = MathF.FusedMultiplyAdd(query[d], Element(task, keys, 32 * d + t % 32), score);
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
