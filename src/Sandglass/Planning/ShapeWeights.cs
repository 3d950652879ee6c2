namespace Sandglass.Planning;

/// <summary>The matrices that a model's sizes make.</summary>
internal static class ShapeWeights
{
    public static IEnumerable<WeightShape> Of(ModelShape model)
    {
        yield return new WeightShape(WeightRole.Embedding, -1, model.Vocabulary, model.Width);
        if (model.LearnedPositions > 0) yield return new WeightShape(WeightRole.PositionEmbedding, -1, model.LearnedPositions, model.Width);
        for (int layer = 0; layer < model.Layers.Count; layer++)
        {
            foreach (WeightShape weight in OfAttention(layer, model.Layers[layer].Attention, model.Width)) yield return weight;
            foreach (WeightShape weight in OfFeedForward(layer, model.Layers[layer].FeedForward, model.Width)) yield return weight;
        }
        // where it is the embedding too it is multiplied, and has no values of its own
        yield return new WeightShape(WeightRole.Output, -1, model.Vocabulary, model.Width, Copies: model.IsTied ? 0 : 1);
    }

    private static IEnumerable<WeightShape> OfAttention(int layer, AttentionShape part, long width)
    {
        if (part.Heads == 0) yield break;
        long queries = (long)part.Heads * part.KeyDim;
        if (part.QueryRank > 0) yield return new WeightShape(WeightRole.Attention, layer, part.QueryRank, width);
        yield return new WeightShape(WeightRole.Attention, layer, queries, part.QueryRank > 0 ? part.QueryRank : width);
        if (part.LatentDim > 0)
        {
            yield return new WeightShape(WeightRole.Attention, layer, part.LatentDim + part.RopeDim, width);
            yield return new WeightShape(WeightRole.Value, layer, (long)part.Heads * (part.KeyDim - part.RopeDim + part.ValueDim), part.LatentDim);
        }
        else
        {
            yield return new WeightShape(WeightRole.Attention, layer, (long)part.KeyValueHeads * part.KeyDim, width);
            yield return new WeightShape(WeightRole.Value, layer, (long)part.KeyValueHeads * part.ValueDim, width);
        }
        yield return new WeightShape(WeightRole.Attention, layer, width, (long)part.Heads * part.ValueDim);
    }

    private static IEnumerable<WeightShape> OfFeedForward(int layer, FeedForwardShape part, long width)
    {
        int copies = Math.Max(1, part.Experts), used = part.Experts > 0 ? part.ExpertsUsed : 1, ups = part.IsGated ? 2 : 1;
        if (part.Experts > 0) yield return new WeightShape(WeightRole.Router, layer, part.Experts, width);
        if (part.Width > 0)
        {
            yield return new WeightShape(WeightRole.FeedForward, layer, part.Width, width, copies * ups, used * ups);
            yield return new WeightShape(WeightRole.Down, layer, width, part.Width, copies, used);
        }
        if (part.SharedWidth == 0) yield break;
        yield return new WeightShape(WeightRole.FeedForward, layer, part.SharedWidth, width, ups, ups);
        yield return new WeightShape(WeightRole.Down, layer, width, part.SharedWidth);
    }
}
