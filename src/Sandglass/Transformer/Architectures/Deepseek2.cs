using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>
/// DeepSeek-V2: latent attention; after some dense layers each layer has many small experts, of which a token takes a few beside those that take every token.
/// Source: DeepSeek-AI 2024, arXiv:2405.04434.
/// </summary>
internal static class Deepseek2
{
    public static readonly Architecture Description =
        new("deepseek2", Build) { MayHaveExperts = true, HasPartialRope = true, HasLatentAttention = true };

    // x += attention(norm(x)); x += shared(norm(x)) + experts(norm(x)), or x += feedForward(norm(x)) in the leading layers
    private static Model Build(ModelBuilder model)
    {
        int dense = model.Int("leading_dense_block_count", least: 0, most: model.Shape.Layers) ?? 0;
        float scale = model.Float("expert_weights_scale", least: 1e-6, most: 1e6) ?? 1;
        bool normalized = model.Flag("expert_weights_norm");
        return model.Build(
            rope: RopePairs.Neighbours,
            block: layer => new PreNorm
            {
                AttentionNorm = model.Norm(layer, "attn_norm"),
                Attention = model.LatentAttention(layer),
                FeedForwardNorm = model.Norm(layer, "ffn_norm"),
                FeedForward = layer < dense ? model.FeedForward(layer, Activation.Silu) : model.Experts(layer, Activation.Silu, normalized) with
                {
                    Shared = model.SharedExperts(layer, Activation.Silu),
                    Scale = scale,
                },
            });
    }
}
