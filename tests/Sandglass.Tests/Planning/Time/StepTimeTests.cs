using Sandglass.Kernels;
using Sandglass.Planning;

namespace Sandglass.Tests.Planning;

/// <summary>Times by data sheet are numbers that a pencil finds too.</summary>
public sealed class StepTimeTests
{
    private static readonly PlannedModel Llama = PlannedModel.Open("llama-3-8b");

    /// <summary>8,030,261,248 parameters, of which the table of 128,256 x 4,096 embeddings is not read but for a row: 15.01 GB in BF16. An H100 reads 3.35 TB
    /// a second. (Reading all of its 16.06 GB would take 4.79 ms; that figure, which is often quoted, counts the embeddings.)</summary>
    [Fact]
    public void One_token_of_Llama_3_8B_on_an_H100()
    {
        StepCost cost = new StepTime(Llama, MachineSpeed.Named("h100")).CostOfDecode(texts: 1, depth: 0);

        double read = 2.0 * (8_030_261_248 - 128_256L * 4096 - 65 * 4096);       // norms, 65 of them, are none of the products
        Assert.Equal(read, cost.WeightBytes, tolerance: 1);
        Assert.Equal(read / 3.35e12, cost.WeightSeconds, tolerance: 1e-9);
        Assert.Equal(4.48e-3, cost.Seconds, tolerance: 0.005e-3);
        Assert.Equal(StepBound.Memory, cost.Bound);
    }

    [Fact]
    public void Texts_together_share_the_weights_and_each_reads_its_own_cache()
    {
        StepTime time = new(Llama, MachineSpeed.Named("h100"));
        StepCost one = time.CostOfDecode(1, 8191), many = time.CostOfDecode(32, 8191);

        Assert.Equal(one.WeightSeconds, many.WeightSeconds);
        Assert.Equal(8192 * 131072.0, one.CacheBytes);
        Assert.Equal(32 * one.CacheBytes, many.CacheBytes);
        Assert.Equal(32 * one.CacheBytes / 3.35e12, many.AttentionSeconds, tolerance: 1e-9);
    }

    /// <summary>2 x 7.50e9 multiply-adds a token: 1,000 tokens at 989.4 T operations a second take 14.1 ms without attention and logits.</summary>
    [Fact]
    public void A_prompt_is_bound_by_operations()
    {
        StepCost cost = new StepTime(Llama, MachineSpeed.Named("h100")).CostOfPrompt(1000, before: 0);

        ModelWork work = ModelWork.OfPrompt(Llama.Shape, 1000);
        Assert.Equal(2 * (work.Weights + work.Logits), cost.WeightOperations);
        Assert.Equal(2 * work.Attention, cost.AttentionOperations);
        Assert.Equal(StepBound.Compute, cost.Bound);
        Assert.Equal(14.1e-3, cost.WeightSeconds, tolerance: 0.4e-3);
    }

    [Fact]
    public void A_prompt_in_two_parts_takes_its_operations_once()
    {
        StepTime time = new(Llama, MachineSpeed.Named("h100"));

        StepCost whole = time.CostOfPrompt(4096, 0), parts = time.CostOfPrompt(1024, 0) + time.CostOfPrompt(3072, 1024);

        Assert.Equal(whole.AttentionOperations, parts.AttentionOperations, tolerance: 1);
        double logits = 2.0 * 128_256 * 4096;
        Assert.Equal(whole.WeightOperations + logits, parts.WeightOperations, tolerance: 1);     // each part's last token is scored
    }

    [Fact]
    public void Types_of_fewer_bits_are_read_sooner()
    {
        MachineSpeed machine = MachineSpeed.Named("h100");
        double bf16 = new StepTime(Llama, machine).OfDecode(1, 0);

        Assert.Equal(bf16 / 2, new StepTime(Llama, machine, new TimeOptions { WeightType = "fp8" }).OfDecode(1, 0), tolerance: 1e-6);
        Assert.Equal(bf16 * 18 / 64, new StepTime(Llama, machine, new TimeOptions { WeightType = "q4_0" }).OfDecode(1, 0), tolerance: 1e-6);
    }

    [Fact]
    public void A_cache_of_fewer_bits_is_read_sooner()
    {
        MachineSpeed machine = MachineSpeed.Named("h100");
        StepCost half = new StepTime(Llama, machine).CostOfDecode(1, 999);
        StepCost eighth = new StepTime(Llama, machine, new TimeOptions { CacheType = CacheType.Q8 }).CostOfDecode(1, 999);

        Assert.Equal(half.CacheBytes * 17 / 32, eighth.CacheBytes, tolerance: 1e-3);
    }

    [Fact]
    public void Cards_share_a_step_evenly_and_what_is_reached_stretches_it()
    {
        MachineSpeed machine = MachineSpeed.Named("a100");
        double one = new StepTime(Llama, machine).OfDecode(8, 500);

        Assert.Equal(one / 4, new StepTime(Llama, machine, new TimeOptions { Count = 4 }).OfDecode(8, 500), tolerance: 1e-9);
        Assert.Equal(one * 2, new StepTime(Llama, machine, new TimeOptions { Reached = 0.5 }).OfDecode(8, 500), tolerance: 1e-9);
    }

    /// <summary>Mixtral: 2 of 8 experts a token. Two tokens take 8 x (1 - (6/8)^2) = 3.5 of them, many tokens all.</summary>
    [Fact]
    public void Experts_are_read_as_far_as_the_tokens_take_them()
    {
        PlannedModel model = PlannedModel.Open("mixtral-8x7b");
        StepTime time = new(model, MachineSpeed.Named("h200"));
        double experts = 2.0 * 32 * 3 * 4096 * 14336;       // bytes of one expert in each layer

        double one = time.CostOfDecode(1, 0).WeightBytes;

        Assert.Equal(1.5 * experts, time.CostOfDecode(2, 0).WeightBytes - one, tolerance: 1);
        Assert.Equal(6 * experts, time.CostOfDecode(512, 0).WeightBytes - one, tolerance: 1e3);
    }

    [Fact]
    public void A_processor_multiplies_in_integers_where_weights_are_quantised()
    {
        MachineSpeed machine = MachineSpeed.Named("epyc-9755");
        StepCost bytes = new StepTime(Llama, machine, new TimeOptions { WeightType = "q8_0" }).CostOfPrompt(256, 0);
        StepCost floats = new StepTime(Llama, machine).CostOfPrompt(256, 0);

        Assert.Equal(machine.OperationsPerSecond / machine.Int8OperationsPerSecond!.Value, bytes.WeightSeconds / floats.WeightSeconds, tolerance: 0.01);
    }

    [Fact]
    public void A_file_is_read_as_it_is_stored()
    {
        PlannedModel model = PlannedModel.Open("embedded:grain-6m");

        StepTime time = new(model, MachineSpeed.Named("ryzen-9950x"));

        Assert.Equal("q8_0", time.WeightTypeName);
        Assert.Equal(2.0 * model.Shape.MultiplyAddsPerToken, time.CostOfDecode(1, 0).WeightOperations);
        Assert.InRange(time.CostOfDecode(1, 0).WeightBytes, 0.9 * model.FileBytes!.Value, model.FileBytes.Value);
    }

    [Theory]
    [InlineData("Count", 0)]
    [InlineData("Count", 2000)]
    [InlineData("Reached", 0)]
    [InlineData("Reached", 1.5)]
    public void What_cannot_be_is_refused(string option, double value)
    {
        TimeOptions options = option == "Count" ? new() { Count = (int)value } : new() { Reached = value };

        Assert.Equal(option, Assert.Throws<PlanException>(() => new StepTime(Llama, MachineSpeed.Named("h100"), options)).Option);
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        StepTime time = new(Llama, MachineSpeed.Named("h100"));

        Assert.Equal("texts", Assert.Throws<PlanException>(() => time.OfDecode(0, 1)).Option);
        Assert.Equal("depth", Assert.Throws<PlanException>(() => time.OfDecode(1, double.NaN)).Option);
        Assert.Equal("tokens", Assert.Throws<PlanException>(() => time.OfPrompt(0, 1)).Option);
        Assert.Equal("before", Assert.Throws<PlanException>(() => time.OfPrompt(1, -1)).Option);
        Assert.Equal("tokens", Assert.Throws<PlanException>(() => time.OfStep(0, 0, 0, 0)).Option);
    }
}
