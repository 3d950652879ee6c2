using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Llama 1 to 3, Mistral, TinyLlama, SmolLM2, and Mixtral with experts.</summary>
/// <remarks>Sources: Touvron et al. 2023, arXiv:2302.13971; Jiang et al. 2024, arXiv:2401.04088.</remarks>
internal static class Llama
{
    public static readonly Architecture Description = new("llama", Build) { MayHaveExperts = true };

    // x += attention(norm(x)); x += feedForward(norm(x))
    private static Model Build(ModelBuilder model) => model.Build(
        rope: RopePairs.Neighbours,
        block: layer => new PreNorm
        {
            AttentionNorm = model.Norm(layer, "attn_norm"),
            Attention = model.Attention(layer),
            FeedForwardNorm = model.Norm(layer, "ffn_norm"),
            FeedForward = model.Shape.Experts > 0 ? model.Experts(layer, Activation.Silu, normalized: true) : model.FeedForward(layer, Activation.Silu),
        });
}
