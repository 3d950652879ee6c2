using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Qwen 3: norms of each head of queries and keys in place of Qwen 2's biases. Source: Yang et al. 2025, arXiv:2505.09388.</summary>
internal static class Qwen3
{
    public static readonly Architecture Description = new("qwen3", Build);

    // x += attention(norm(x)); x += feedForward(norm(x))
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
            FeedForward = model.FeedForward(layer, Activation.Silu),
        });
}
