using Sandglass.Kernels;
using Sandglass.Planning;

namespace Sandglass.Tests.Planning;

/// <summary>A long prompt's cost is the sum of its pieces' costs, of which few are looked at.</summary>
public sealed class PieceSumTests
{
    [Theory]
    [InlineData("llama-3-8b", "epyc-9654", 100_000, 0)]
    [InlineData("llama-3-8b", "epyc-9654", 100_000.5, 77)]
    [InlineData("llama-3-8b", "epyc-9654", 1, 0)]
    [InlineData("llama-3-8b", "epyc-9654", 256, 0)]
    [InlineData("llama-3-8b", "epyc-9654", 257, 0)]
    [InlineData("llama-3-8b", "h100", 1 << 24, 0)]
    [InlineData("gemma-3-4b", "ryzen-9950x", 1 << 19, 0)]
    [InlineData("gemma-3-4b", "ryzen-9950x", 200_000, 500)]
    [InlineData("mistral-7b-v0.1", "epyc-9755", 300_000, 0)]
    [InlineData("mixtral-8x7b", "epyc-7763", 150_000, 0)]
    [InlineData("deepseek-v3", "m3-ultra", 150_000, 0)]
    public void A_long_prompt_is_the_sum_of_its_pieces(string model, string machine, double tokens, double before)
    {
        Compare(new StepTime(PlannedModel.Open(model), MachineSpeed.Named(machine)), tokens, before);
    }

    /// <summary>The small model's weights and cache leave the processor's own caches on the way: at 1, 3 and 9 MB.</summary>
    [Theory]
    [InlineData(200_000, 0)]
    [InlineData(12_345, 100)]
    [InlineData(1 << 20, 0)]
    public void So_it_is_on_a_measured_machine(double tokens, double before)
    {
        AttentionTerms terms = new(PerValue: 2e-11, PerMultiplyAdd: 3e-11, PerScore: 5e-10);
        MeasuredMachine machine = MeasuredMachineTests.Machine;
        MeasuredSpeed speed = machine.Speeds[0] with
        {
            Attention = [new AttentionSpeed(CacheType.F16, terms, terms, terms)],
            Integers = new StepOverhead(1e-4, 1e-7, 1e-6, 1e-9, 1e-9, 0.25, 0.5, 1e-5, 1e-9),
        };
        Compare(new StepTime(PlannedModel.Open("embedded:grain-1m"), (machine with { Speeds = [speed] }).With()), tokens, before);
    }

    [Fact]
    public void Of_millions_of_pieces_few_are_looked_at()
    {
        int asked = 0;
        const long Pieces = 1 << 22, Full = 123_457, Turn = 3_000_001;

        StepCost sum = PieceSum.Of(Pieces, piece =>
        {
            asked++;
            return new StepCost(3, Math.Min(piece, Full), 5, 2 * piece, piece >= Turn ? 7 : 1, 0, 0, (double)piece * piece);
        });

        Assert.InRange(asked, 1, 1000);
        Assert.Equal(3.0 * Pieces, sum.WeightBytes, tolerance: 1e-3);
        Near(Full * (Full - 1) / 2 + (double)Full * (Pieces - Full), sum.CacheBytes);
        Near((double)Pieces * (Pieces - 1), sum.AttentionOperations);
        Near(Pieces + 6.0 * (Pieces - Turn), sum.WeightSeconds);
        Near((Pieces - 1.0) * Pieces * (2 * Pieces - 1.0) / 6, sum.MemorySeconds);
    }

    private static void Compare(StepTime time, double tokens, double before)
    {
        StepCost loop = default;
        for (double done = 0; done < tokens;)
        {
            double piece = Math.Min(time.Machine.StepTokens, tokens - done);
            loop += time.Cost(0, 0, piece, before + done, scored: done + piece >= tokens ? 1 : 0);
            done += piece;
        }
        StepCost sum = time.CostOfPrompt(tokens, before);

        Near(loop.WeightBytes, sum.WeightBytes);
        Near(loop.CacheBytes, sum.CacheBytes);
        Near(loop.WeightOperations, sum.WeightOperations);
        Near(loop.AttentionOperations, sum.AttentionOperations);
        Near(loop.WeightSeconds, sum.WeightSeconds);
        Near(loop.AttentionSeconds, sum.AttentionSeconds);
        Near(loop.OtherSeconds, sum.OtherSeconds);
        Near(loop.MemorySeconds, sum.MemorySeconds);
    }

    private static void Near(double expected, double found) => Assert.Equal(expected, found, tolerance: 1e-10 * Math.Abs(expected));
}
