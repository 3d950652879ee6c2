using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Qwen 3 with experts: the same attention, and many small experts in each block. Source: Yang et al. 2025, arXiv:2505.09388.</summary>
internal static class Qwen3Moe
{
    public static readonly Architecture Description = new("qwen3moe", Build) { MayHaveExperts = true };

    // x += attention(norm(x)); x += experts(norm(x))
    private static Model Build(ModelBuilder model) => model.Build(
        rope: RopePairs.Halves,
        block: layer => new PreNorm
        {
            AttentionNorm = model.Norm(layer, "attn_norm"),
            Attention = model.Attention(layer) with
            {
                QueryNorm = model.Norm(layer, "attn_q_norm", model.Shape.KeyHeadDim),
                KeyNorm = model.Norm(layer, "attn_k_norm", model.Shape.KeyHeadDim),
            },
            FeedForwardNorm = model.Norm(layer, "ffn_norm"),
            FeedForward = model.Experts(layer, Activation.Silu, normalized: true),
        });
}
