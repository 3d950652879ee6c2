using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Gemma 2: norms before and after each part, every second layer local, scores and logits capped. Source: Gemma Team 2024, arXiv:2408.00118.</summary>
/// <remarks>The file's norm weights already contain the 1 that Gemma's norms add to them.</remarks>
internal static class Gemma2
{
    private const int LayersOf27B = 46;

    public static readonly Architecture Description = new("gemma2", Build) { HasLayerWindows = true };

    // x += norm(attention(norm(x))); x += norm(feedForward(norm(x)))
    private static Model Build(ModelBuilder model)
    {
        int window = model.Shape.SlidingWindow > 0 ? model.Shape.SlidingWindow : 4096;
        float cap = model.Float("attn_logit_softcapping", least: 0, most: 1e6) ?? 50;
        int queryWidth = model.Shape.Layers == LayersOf27B ? model.Shape.Width / model.Shape.Heads : model.Shape.KeyHeadDim; // no file states it
        return model.Build(
            rope: RopePairs.Halves,
            embeddingScale: MathF.Sqrt(model.Shape.Width),
            logitCap: model.Float("final_logit_softcapping", least: 0, most: 1e6) ?? 30,
            block: layer => new PostNorm
            {
                AttentionNorm = model.Norm(layer, "attn_norm"),
                Attention = model.Attention(layer) with { Scale = 1f / MathF.Sqrt(queryWidth), SoftCap = cap, Window = layer % 2 == 0 ? window : 0 },
                AfterAttentionNorm = model.Norm(layer, "post_attention_norm"),
                FeedForwardNorm = model.Norm(layer, "ffn_norm"),
                FeedForward = model.FeedForward(layer, Activation.GeluTanh),
                AfterFeedForwardNorm = model.Norm(layer, "post_ffw_norm"),
            });
    }
}
