namespace Sandglass.Tracing;

/// <summary>Multiply-adds, counted where they are done, by what they are for.</summary>
/// <param name="Projections">Queries, keys, values and the attention's output: rows * columns of each matrix, for each token.</param>
/// <param name="FeedForward">Gate, up and down: rows * columns of each matrix, for each token; of experts the router and those that the token takes.</param>
/// <param name="Attention">Scores and weighted values: visible positions * heads * (keyDim + valueDim), for each token.</param>
/// <param name="Logits">Vocabulary * width, for each position whose logits were computed.</param>
public readonly record struct MultiplyAdds(long Projections, long FeedForward, long Attention, long Logits)
{
    /// <summary>All of them.</summary>
    public long Total => Projections + FeedForward + Attention + Logits;
}
