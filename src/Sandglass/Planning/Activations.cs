using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Transformer;

namespace Sandglass.Planning;

/// <summary>Bytes that the engine computes in, whatever the length of a text: the buffers of <see cref="RunState"/> for a step's tokens, and logits.</summary>
internal static class Activations
{
    /// <param name="model">The model.</param>
    /// <param name="areQuantized">Whether weights are: products in integers keep each input in blocks too.</param>
    public static unsafe long BytesOf(ModelShape model, bool areQuantized)
    {
        (long values, long inputs) = PerToken(model);
        long blocks = areQuantized ? inputs / ActivationBlock.Columns * sizeof(ActivationBlock) : 0;
        long logits = (long)StepBudget.Sequences * model.Vocabulary * sizeof(float);
        return Decoder.MaxBatch * (values * sizeof(float) + blocks) + logits;
    }

    /// <summary>Values of a token in all buffers, and in those that products read.</summary>
    private static (long Values, long Inputs) PerToken(ModelShape model)
    {
        AttentionShape attention = model.Layers.Select(static layer => layer.Attention).MaxBy(static part => part.Heads)!;
        bool isLatent = attention.LatentDim > 0;
        long heads = attention.Heads, keyValueHeads = isLatent ? 1 : attention.KeyValueHeads, width = model.Width;
        long keyDim = isLatent ? attention.LatentDim + attention.RopeDim : attention.KeyDim;
        long valueDim = isLatent ? attention.LatentDim : attention.ValueDim;

        long values = 3 * width + heads * (keyDim + valueDim) + keyValueHeads * (keyDim + valueDim), inputs = width;
        values += isLatent ? attention.RopeDim : keyDim;        // cosines and sines
        if (!isLatent) inputs += heads * valueDim;
        else
        {
            long plain = attention.KeyDim - attention.RopeDim;
            values += attention.QueryRank + heads * attention.KeyDim + keyDim + heads * (plain + valueDim + 2L * attention.ValueDim);
            inputs += attention.QueryRank + heads * (plain + valueDim + attention.ValueDim);
        }
        foreach (long inside in model.Layers.SelectMany(static layer => Widths(layer.FeedForward)).Distinct())
            (values, inputs) = (values + 2 * inside, inputs + inside);
        int experts = model.Layers.Max(static layer => layer.FeedForward.Experts);
        return experts == 0 ? (values, inputs) : (values + experts + 2 * width, inputs + width);
    }

    private static IEnumerable<long> Widths(FeedForwardShape part)
    {
        if (part.Width > 0) yield return part.Width;
        if (part.SharedWidth > 0) yield return part.SharedWidth;
    }
}
