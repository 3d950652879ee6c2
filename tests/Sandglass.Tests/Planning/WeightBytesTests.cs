using System.Reflection;
using Sandglass.Kernels;
using Sandglass.ModelFiles;
using Sandglass.Planning;
using Sandglass.Transformer;

namespace Sandglass.Tests;

/// <summary>Bytes of weights and activations, against those that the engine allocates.</summary>
public class WeightBytesTests
{
    private const double Near = 0.01;

    [Theory, InlineData("grain-1m"), InlineData("grain-6m")]
    public void Of_a_file_they_are_those_in_memory(string name)
    {
        using ModelFile file = EmbeddedModels.Open(name);
        AssertAsInMemory(file);
    }

    [GoldenTheory]
    [InlineData("SmolLM2-135M-Instruct.Q4_1.gguf")]
    [InlineData("stories260K.gguf")]
    [InlineData("grain-6m.q4_k_m.gguf")]
    public void Of_real_files_too(string name)
    {
        using ModelFile file = ModelFile.Open(Shared.Path("models", name));
        AssertAsInMemory(file);
    }

    private static unsafe void AssertAsInMemory(ModelFile file)
    {
        using WorkerPool pool = new(1);
        Hyperparameters read = Hyperparameters.Read(file.Metadata, file.Tensors.Count);
        using WeightReader reader = new(file, pool, progress: null);
        using Model model = Architectures.For(read, file.Metadata).Read(reader, read);
        MemoryPlan plan = MemoryPlan.For(PlannedModel.Of(file));

        Assert.Equal(model.Weights.Bytes, plan.WeightBytes);
        Assert.InRange(plan.WeightBytes / (double)file.Tensors.Sum(tensor => tensor.ByteCount), 1 - Near, 1.1);     // rows are padded to panels of 16
        using RunState state = new(model, ComputeMode.Fast, Decoder.MaxBatch, pool, window: 0, sinkTokens: 0);
        long buffers = Buffers(state).Distinct().Sum(buffer => Bytes(buffer));
        Assert.InRange((plan.ActivationBytes - 64.0 * 4 * read.VocabularySize) / buffers, 1 - Near, 1 + Near);
    }

    /// <summary>All buffers of tokens that an object holds, itself and in what it owns.</summary>
    private static IEnumerable<TokenBuffer> Buffers(object owner) =>
        owner.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic).SelectMany(field => field.GetValue(owner) switch
        {
            TokenBuffer buffer => [buffer],
            List<(TokenBuffer Gate, TokenBuffer Up)> pairs => pairs.SelectMany(pair => (TokenBuffer[])[pair.Gate, pair.Up]),
            List<IDisposable> owned => owned.OfType<RotaryPositions>().SelectMany(Buffers),
            object inner and (RotaryPositions or LatentHeads or ExpertRouting) => Buffers(inner),
            _ => [],
        });

    private static unsafe long Bytes(TokenBuffer buffer) =>
        (long)buffer.Tokens * buffer.Columns * sizeof(float)
        + (buffer.Blocks == null ? 0 : (long)buffer.Tokens * (buffer.Columns / 32) * sizeof(ActivationBlock));

    /// <summary>The formula, which sees no file, comes to what the file holds.</summary>
    [Theory]
    [InlineData("grain-1m")]
    [InlineData("grain-6m")]
    public void By_formula_they_are_those_of_the_file(string name)
    {
        PlannedModel model = PlannedModel.Open($"embedded:{name}");
        using ModelFile file = EmbeddedModels.Open(name);

        MemoryPlan formula = MemoryPlan.For(PlannedModel.Of(model.Shape), new MemoryOptions { WeightType = "q8_0" });
        Assert.Equal(PlanSource.Formula, formula.Source);
        Assert.InRange(formula.WeightBytes / (double)file.Tensors.Sum(tensor => tensor.ByteCount), 1 - Near, 1 + Near);
        Assert.Equal(file.Tensors.Sum(tensor => tensor.Count), model.Shape.Parameters);
        Assert.Equal(model.Shape.Parameters, model.Shape.Weights.Sum(weight => weight.Values) + model.Shape.Vectors);
    }

    [GoldenFact]
    public void A_file_of_the_catalogues_model_has_its_shape()
    {
        using ModelFile file = ModelFile.Open(Shared.Path("models", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        PlannedModel real = PlannedModel.Of(file);
        ModelShape shape = ModelShape.Named("smollm2-135m");

        Assert.Equal(shape.Parameters, real.Shape.Parameters);
        Assert.Equal(shape.Layers, real.Shape.Layers);
        Assert.Equal(shape.MultiplyAddsPerToken, real.Shape.MultiplyAddsPerToken);

        // llama-quantize gives the embedding, which is the output too, more bits; --pure would not
        TensorInfo embedding = file.Find("token_embd.weight")!;
        Assert.Equal(TensorType.Q8_0, embedding.Type);
        long formula = MemoryPlan.For(PlannedModel.Open("smollm2-135m"), new MemoryOptions { WeightType = "q4_1" }).WeightBytes;
        long expected = formula + embedding.ByteCount - TensorGeometry.ByteCount(TensorType.Q4_1, embedding.Count);
        Assert.InRange(real.FileBytes!.Value / (double)expected, 1 - Near, 1 + Near);
    }

    // sizes of the files that llama.cpp's users share, in bytes: bartowski's page on Hugging Face
    [Theory]
    [InlineData("llama-3.1-8b", "q4_k_m", 4_920_739_232)]
    [InlineData("llama-3.1-8b", "q8_0", 8_540_775_840)]
    [InlineData("llama-3.1-8b", "f32", 32_128_885_888)]
    public void Files_that_people_share_have_these_sizes(string name, string type, long bytes)
    {
        MemoryPlan plan = MemoryPlan.For(PlannedModel.Open(name), new MemoryOptions { WeightType = type });

        Assert.InRange(plan.WeightBytes / (double)bytes, 1 - Near, 1 + Near);
    }

    [Fact]
    public void A_drafting_model_counts_with_its_cache()
    {
        PlannedModel model = PlannedModel.Open("embedded:grain-6m"), draft = PlannedModel.Open("embedded:grain-1m");
        MemoryOptions options = new() { Context = 512, Users = 3 };

        MemoryPlan alone = MemoryPlan.For(model, options), both = MemoryPlan.For(model, options with { Draft = draft });
        Assert.Equal(MemoryPlan.For(draft, options).TotalBytes, both.DraftBytes);
        Assert.Equal(alone.TotalBytes + both.DraftBytes, both.TotalBytes);
    }

    /// <summary>The draft reads the same texts: without a context of its own, and no further than it was trained for.</summary>
    [Theory]
    [InlineData("llama-3-8b", "llama-3.2-1b", 0, 0, 8192)]
    [InlineData("llama-3.1-8b", "llama-3-8b", 0, 16384, 8192)]
    [InlineData("llama-3.1-8b", "llama-3-8b", 65536, 0, 8192)]
    [InlineData("llama-3.1-8b", "llama-3-8b", 4096, 1024, 4096)]
    public void A_drafting_model_is_planned_for_the_same_texts(string name, string drafting, long context, long shared, long drafted)
    {
        PlannedModel draft = PlannedModel.Open(drafting);
        MemoryOptions options = new() { Context = context, Users = 3, SharedPrefix = shared, Draft = draft, WeightType = "q4_0" };
        MemoryPlan plan = MemoryPlan.For(PlannedModel.Open(name), options);

        MemoryPlan alone = MemoryPlan.For(draft, new MemoryOptions { Context = drafted, Users = 3, SharedPrefix = Math.Min(shared, drafted) });
        Assert.Equal((drafted, "bf16"), (plan.Draft!.Context, plan.Draft.WeightType));
        Assert.Equal(alone.TotalBytes, plan.DraftBytes);
    }
}
