using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>
/// Command R7B and Command A: attention and feed-forward part side by side after one LayerNorm without bias; three layers of four have a window and rope,
/// the fourth sees everything and has no rope. Source: Team Cohere 2025, arXiv:2504.00698.
/// </summary>
internal static class Cohere2
{
    private const int LocalLayers = 3;  // before each global one

    public static readonly Architecture Description = new("cohere2", Build) { HasLayerNorms = true, HasLayerWindows = true, HasPartialRope = true };

    // x += attention(norm(x)) + feedForward(norm(x))
    private static Model Build(ModelBuilder model)
    {
        int window = model.Shape.SlidingWindow > 0 ? model.Shape.SlidingWindow : 4096;
        return model.Build(
            rope: RopePairs.Neighbours,
            logitScale: model.RequiredFloat("logit_scale", least: 1e-6, most: 1e6),
            block: layer => new Parallel
            {
                Norm = model.Norm(layer, "attn_norm"),
                Attention = layer % (LocalLayers + 1) < LocalLayers
                    ? model.Attention(layer) with { Window = window }
                    : model.Attention(layer) with { Rotates = false },
                FeedForward = model.FeedForward(layer, Activation.Silu),
            });
    }
}
