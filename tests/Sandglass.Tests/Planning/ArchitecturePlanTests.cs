using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.ModelFiles;
using Sandglass.Planning;
using Sandglass.Tests.Generation;
using Sandglass.Tests.Transformer;
using Sandglass.Tracing;

namespace Sandglass.Tests;

/// <summary>What is planned for a file is what the engine takes, whatever its architecture: windows, experts, latent attention.</summary>
public sealed class ArchitecturePlanTests(TypedModelFiles files) : IClassFixture<TypedModelFiles>
{
    public static TheoryData<string> Kinds => [.. RandomModel.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public async Task Bytes_and_work_are_those_of_a_run(string kind)
    {
        using LanguageModel model = LanguageModel.Load(files[kind], new ModelOptions { Threads = 1 });
        GenerationResult result = await model.CompleteAsync([.. Enumerable.Range(1, 35)], new GenerationOptions { MaxTokens = 30, IgnoreEnd = true });
        PlannedModel planned = PlannedModel.Open(files[kind]);

        Assert.Null(planned.Obstacle);
        MemoryPlan memory = MemoryPlan.For(planned, new MemoryOptions { Context = 35 + 29 });
        Assert.Equal(PlanSource.Counted, memory.Source);
        Assert.Equal(result.CacheBytes, memory.CacheBytes);
        ModelWork work = ModelWork.OfText(planned.Shape, 35, 30);
        MultiplyAdds counted = result.MultiplyAdds;
        Assert.Equal(counted.Projections + counted.FeedForward, work.Weights);
        Assert.Equal(counted.Attention, work.Attention);
        Assert.Equal(counted.Logits, work.Logits);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void The_shape_has_as_many_parameters_as_the_file(string kind)
    {
        using ModelFile file = ModelFile.Open(files[kind]);
        ModelShape shape = ModelShape.Of(file);

        Assert.Equal(file.Tensors.Where(tensor => !tensor.Name.StartsWith("rope_", StringComparison.Ordinal)).Sum(tensor => tensor.Count), shape.Parameters);
        Assert.Equal(shape.Parameters, shape.Weights.Sum(weight => weight.Values) + shape.Vectors);
    }

    /// <summary>Files of architectures that this engine does not run are planned by formula, with the bytes that they have.</summary>
    [GoldenTheory]
    [InlineData("gemma3.gguf", 16)]
    [InlineData("gpt-oss.gguf", 0)]
    [InlineData("gpt2.gguf", 0)]
    [InlineData("phi3.gguf", 0)]
    [InlineData("starcoder2.gguf", 0)]
    [InlineData("falcon.gguf", 0)]
    public void Files_that_do_not_run_are_planned_too(string name, int window)
    {
        PlannedModel planned = PlannedModel.Open(Shared.Path("models", "tiny", name));
        using ModelFile file = ModelFile.Open(Shared.Path("models", "tiny", name));
        MemoryPlan plan = MemoryPlan.For(planned);

        Assert.NotNull(planned.Obstacle);
        Assert.Equal(PlanSource.Formula, plan.Source);
        Assert.Equal(file.Tensors.Sum(tensor => tensor.ByteCount), plan.WeightBytes);
        Hyperparameters read = Hyperparameters.Read(file.Metadata, file.Tensors.Count);
        Assert.Equal(read.KeyValueHeadsByLayer.Sum(heads => heads * (read.KeyHeadDim + read.ValueHeadDim)) * 2.0, plan.CacheBytesPerToken);
        Assert.Equal(planned.Shape.Parameters, planned.Shape.Weights.Sum(weight => weight.Values) + planned.Shape.Vectors);
        if (window > 0) Assert.Contains(planned.Shape.Layers, layer => layer.Attention.Window == window);
    }

    [Fact]
    public void A_vocabulary_alone_has_nothing_to_plan()
    {
        string file = Path.Combine(files.Folder, "vocabulary.gguf");
        ModelFileWriter writer = new();
        writer.Add("general.architecture", "llama");
        using (FileStream stream = File.Create(file)) writer.WriteTo(stream);

        Assert.Equal("plan-no-weights", Assert.Throws<ModelFileException>(() => PlannedModel.Open(file)).Code);
    }

    [Fact]
    public void Latent_attention_keeps_little_and_this_engine_twice_of_it()
    {
        PlannedModel planned = PlannedModel.Open(files["deepseek2"]);
        AttentionShape attention = planned.Shape.Layers[0].Attention;

        Assert.Equal(AttentionKind.Latent, attention.Kind);
        double counted = MemoryPlan.For(planned, new MemoryOptions { CacheType = CacheType.F32 }).CacheBytesPerToken;
        double formula = MemoryPlan.For(PlannedModel.Of(planned.Shape), new MemoryOptions { CacheType = CacheType.F32 }).CacheBytesPerToken;
        Assert.Equal(4.0 * planned.Shape.Layers.Count * (attention.LatentDim + attention.RopeDim), formula);
        Assert.Equal(4.0 * planned.Shape.Layers.Count * (2 * attention.LatentDim + attention.RopeDim), counted);
    }
}
