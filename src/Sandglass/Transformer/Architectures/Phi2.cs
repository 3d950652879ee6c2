namespace Sandglass.Transformer;

/// <summary>
/// Phi-2: attention and feed-forward part side by side after one LayerNorm, biases everywhere, and rope of a head's first values only.
/// Source: Li et al. 2023, "Textbooks are all you need II", arXiv:2309.05463.
/// </summary>
internal static class Phi2
{
    public static readonly Architecture Description = new("phi2", Build) { HasLayerNorms = true, HasBiases = true, HasPartialRope = true };

    // x += attention(norm(x)) + feedForward(norm(x))
    private static Model Build(ModelBuilder model) => model.Build(
        rope: RopePairs.Halves,
        block: layer => new Parallel
        {
            Norm = model.Norm(layer, "attn_norm"),
            Attention = model.Attention(layer),
            FeedForward = model.UngatedFeedForward(layer),
        });
}
