using Sandglass.ModelFiles;
using Sandglass.Transformer;

namespace Sandglass.Tests.ModelFiles;

public class HyperparametersTests
{
    [GoldenTheory]
    [InlineData("llama-untied-bias")]
    [InlineData("mistral")]
    [InlineData("qwen3")]
    [InlineData("qwen3moe")]
    [InlineData("gemma3")]
    [InlineData("gpt2")]
    [InlineData("gpt-oss")]
    [InlineData("falcon")]
    [InlineData("deepseek2")]
    [InlineData("starcoder2")]
    [InlineData("stablelm")]
    [InlineData("phi3")]
    public void A_tiny_model_of_any_architecture_reads(string name)
    {
        using ModelFile model = ModelFile.Open(Shared.Path("models", "tiny", name + ".gguf"));
        Hyperparameters shape = Hyperparameters.Read(model.Metadata, model.Tensors.Count);

        Assert.Equal((64, 512), (shape.Width, shape.VocabularySize));
        Assert.True(shape.RmsEpsilon > 0 || shape.LayerNormEpsilon > 0);
        Assert.Equal(shape.Layers, model.Tensors.Select(t => t.Name.Split('.')).Where(p => p[0] == "blk").Select(p => p[1]).Distinct().Count());
    }

    [GoldenFact]
    public void SmolLM2_is_as_its_card_says()
    {
        using ModelFile model = ModelFile.Open(Shared.Path("models", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        Hyperparameters shape = Hyperparameters.Read(model.Metadata, model.Tensors.Count);

        Assert.Equal("llama", shape.Architecture);
        Assert.Equal((30, 576, 9, 3, 64, 64), (shape.Layers, shape.Width, shape.Heads, shape.KeyValueHeads, shape.KeyHeadDim, shape.ValueHeadDim));
        Assert.Equal((1536, 49152, 8192), (shape.FeedForwardWidth, shape.VocabularySize, shape.ContextLength));
        Assert.Equal((1e-5f, 100000f, 64), (shape.RmsEpsilon, shape.RopeBase, shape.RopeDimensions));
        Assert.Equal((RopeScalingKind.None, 1f, 8192), (shape.RopeScaling.Kind, shape.RopeScaling.Factor, shape.RopeScaling.OriginalContext));
        Assert.True(shape.LayersAreAlike);
        Assert.Equal("llama", Architectures.For(shape, model.Metadata).Name);
    }

    [GoldenFact]
    public void Yarn_is_read_with_its_defaults()
    {
        using ModelFile model = ModelFile.Open(Shared.Path("models", "tiny", "llama-yarn.gguf"));
        RopeScaling scaling = Hyperparameters.Read(model.Metadata).RopeScaling;

        Assert.Equal((RopeScalingKind.Yarn, 1f, 32f, 1f), (scaling.Kind, scaling.YarnExtFactor, scaling.BetaFast, scaling.BetaSlow));
        Assert.True(scaling.Factor > 1 && scaling.OriginalContext > 0);
    }
}
