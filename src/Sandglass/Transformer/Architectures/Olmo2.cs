using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>OLMo 2: norms after the parts and none before them; queries and keys are normed over all heads together. Source: OLMo Team 2024,
/// arXiv:2501.00656.</summary>
internal static class Olmo2
{
    public static readonly Architecture Description = new("olmo2", Build);

    // x += norm(attention(x)); x += norm(feedForward(x))
    private static Model Build(ModelBuilder model) => model.Build(
        rope: RopePairs.Halves,
        block: layer => new PostNorm
        {
            Attention = model.Attention(layer) with
            {
                QueryNorm = model.Norm(layer, "attn_q_norm", model.Shape.Heads * model.Shape.KeyHeadDim),
                KeyNorm = model.Norm(layer, "attn_k_norm", model.Shape.KeyValueHeads * model.Shape.KeyHeadDim),
            },
            AfterAttentionNorm = model.Norm(layer, "post_attention_norm"),
            FeedForward = model.FeedForward(layer, Activation.Silu),
            AfterFeedForwardNorm = model.Norm(layer, "post_ffw_norm"),
        });
}
