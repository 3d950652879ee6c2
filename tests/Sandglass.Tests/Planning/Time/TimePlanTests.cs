using Sandglass.Planning;

namespace Sandglass.Tests.Planning;

/// <summary>Where times change their character, against the quotients that say so.</summary>
public sealed class TimePlanTests
{
    private static readonly PlannedModel Llama = PlannedModel.Open("llama-3-8b");

    /// <summary>An H100 makes 989.4e12 / 3.35e12 = 295.3 operations a byte; a BF16 weight is two bytes and takes two operations a text: 296 texts.</summary>
    [Theory]
    [InlineData("bf16", 296)]
    [InlineData("fp8", 296)]        // half the bytes, twice the operations a second
    [InlineData("q8_0", 157)]       // 34 bytes for 32 weights, widened
    public void Where_a_batch_waits_for_arithmetic(string type, int texts)
    {
        Assert.Equal(texts, TimePlan.ComputeBatch(new StepTime(Llama, MachineSpeed.Named("h100"), new TimeOptions { WeightType = type })));
    }

    /// <summary>15.01 GB of weights over 131,072 bytes a position: 114,512 positions, and the token's own is one of them.</summary>
    [Fact]
    public void Where_attention_takes_longer_than_the_weights()
    {
        StepTime time = new(Llama, MachineSpeed.Named("h100"));
        double weights = time.CostOfDecode(1, 0).WeightBytes;

        Assert.Equal((long)(weights / 131072), TimePlan.Crossing(time));
    }

    [Fact]
    public void With_windows_in_all_layers_attention_never_does()
    {
        Assert.Null(TimePlan.Crossing(new StepTime(PlannedModel.Open("mistral-7b-v0.1"), MachineSpeed.Named("h100"))));
    }
}
