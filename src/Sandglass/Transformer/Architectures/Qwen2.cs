using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Qwen 2 and 2.5: a Llama with biases of queries, keys and values, and rotary pairs half a head apart. Source: Yang et al. 2024,
/// arXiv:2407.10671.</summary>
internal static class Qwen2
{
    public static readonly Architecture Description = new("qwen2", Build);

    // x += attention(norm(x)); x += feedForward(norm(x))
    private static Model Build(ModelBuilder model) => model.Build(
        rope: RopePairs.Halves,
        block: layer => new PreNorm
        {
            AttentionNorm = model.Norm(layer, "attn_norm"),
            Attention = model.Attention(layer, inputBiases: true),
            FeedForwardNorm = model.Norm(layer, "ffn_norm"),
            FeedForward = model.FeedForward(layer, Activation.Silu),
        });
}
