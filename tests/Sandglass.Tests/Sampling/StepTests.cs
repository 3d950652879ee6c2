using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

// A vocabulary of four tokens whose probabilities can be followed with a pencil: token 0 has 0.1, 1 has 0.4, 2 has 0.3, 3 has 0.2.
public class StepTests
{
    private static readonly float[] Four = Rows.Of(0.1, 0.4, 0.3, 0.2);

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 1, 2 })]
    [InlineData(3, new[] { 1, 2, 3 })]
    [InlineData(4, new[] { 0, 1, 2, 3 })]
    [InlineData(99, new[] { 0, 1, 2, 3 })]
    public void Top_k_keeps_the_k_likeliest(int k, int[] kept) => Assert.Equal(kept, Kept(Four, new TopK(k)));

    [Theory]
    [InlineData(1, new[] { 0 })]
    [InlineData(2, new[] { 0, 2 })]
    [InlineData(3, new[] { 0, 2, 3 })]
    public void Top_k_prefers_lower_ids_among_equals(int k, int[] kept) => Assert.Equal(kept, Kept([2, 1, 2, 2], new TopK(k)));

    [Fact]
    public void Minus_zero_is_no_less_than_zero() => Assert.Equal([0], Kept([-0f, 0f], new TopK(1)));

    [Theory]
    [InlineData(0.0001, new[] { 1 })]
    [InlineData(0.39, new[] { 1 })]
    [InlineData(0.41, new[] { 1, 2 })]
    [InlineData(0.69, new[] { 1, 2 })]
    [InlineData(0.71, new[] { 1, 2, 3 })]
    [InlineData(0.89, new[] { 1, 2, 3 })]
    [InlineData(0.91, new[] { 0, 1, 2, 3 })]
    public void Top_p_keeps_the_likeliest_until_p_is_reached(double p, int[] kept) => Assert.Equal(kept, Kept(Four, new TopP(p)));

    [Fact]
    public void Top_p_stops_where_p_is_reached_exactly() => Assert.Equal([0, 1], Kept([7, 7, 7, 7], new TopP(0.5)));

    [Theory]
    [InlineData(1.0, new[] { 1 })]
    [InlineData(0.76, new[] { 1 })]
    [InlineData(0.74, new[] { 1, 2 })]      // 0.3 / 0.4
    [InlineData(0.51, new[] { 1, 2 })]
    [InlineData(0.49, new[] { 1, 2, 3 })]   // 0.2 / 0.4
    [InlineData(0.24, new[] { 0, 1, 2, 3 })]
    public void Min_p_keeps_a_share_of_the_likeliest(double p, int[] kept) => Assert.Equal(kept, Kept(Four, new MinP(p)));

    [Fact]
    public void Min_p_of_one_keeps_all_that_are_equal_to_the_likeliest() => Assert.Equal([1, 3], Kept([0, 2, 1, 2], new MinP(1)));

    // temperature 1/2 squares the probabilities: 0.01, 0.16, 0.09, 0.04 of 0.30; temperature 2 takes their roots
    [Theory]
    [InlineData(0.5)]
    [InlineData(1.0)]
    [InlineData(2.0)]
    public void Temperature_raises_the_probabilities_to_its_inverse(double temperature)
    {
        double[] powers = [.. new[] { 0.1, 0.4, 0.3, 0.2 }.Select(p => Math.Pow(p, 1 / temperature))];
        double[] found = Probabilities(Run(Four, new Temperature(temperature)));
        Assert.All(powers.Zip(found), pair => Assert.Equal(pair.First / powers.Sum(), pair.Second, 1e-6));
    }

    [Fact]
    public void The_order_of_steps_matters()
    {
        // at 0.71 of the plain distribution three are needed; squared, 0.16 + 0.09 of 0.30 is 0.83: two
        Assert.Equal([1, 2, 3], Kept(Four, new TopP(0.71), new Temperature(0.5)));
        Assert.Equal([1, 2], Kept(Four, new Temperature(0.5), new TopP(0.71)));
        // of the two that top-k leaves, 4/7 = 0.571 is enough for 0.57 and not for 0.58
        Assert.Equal([1], Kept(Four, new TopK(2), new TopP(0.57)));
        Assert.Equal([1, 2], Kept(Four, new TopP(0.57), new TopK(2)));
        // roots bring the least likely from a quarter of the likeliest to a half
        Assert.Equal([1, 2, 3], Kept(Four, new MinP(0.49), new Temperature(2)));
        Assert.Equal([0, 1, 2, 3], Kept(Four, new Temperature(2), new MinP(0.49)));
    }

    [Fact]
    public void Each_token_knows_the_step_that_removed_it()
    {
        Candidates left = Run(Four, new TopK(3), new Temperature(1), new TopP(0.6));
        Assert.Equal([1, 0, 0, 3], Enumerable.Range(0, 4).Select(left.RemovedBy));
    }

    [Fact]
    public void Tokens_that_the_model_forbids_stay_candidates_of_no_weight()
    {
        const float Never = float.NegativeInfinity;
        float[] row = [Never, 1, Never, 0];
        Assert.Equal([0, 1, 2, 3], Kept(row, new Temperature(0.7)));
        Assert.Equal([0, 1, 3], Kept(row, new TopK(3)));
        Assert.Equal([1, 3], Kept(row, new TopP(0.99)));
        Assert.Equal([1, 3], Kept(row, new MinP(0.01)));
    }

    [Theory]
    [InlineData(1e-300)]
    [InlineData(1e-38)]
    public void A_temperature_near_zero_leaves_the_likeliest_alone_with_weight(double temperature)
    {
        Assert.Equal([0, 1, 0, 0], Probabilities(Run(Four, new Temperature(temperature))));
        Assert.Equal([0, 0, 1, 0], Probabilities(Run([-4e5f, float.NegativeInfinity, -3e5f, -4e5f], new Temperature(temperature))));
    }

    private static Candidates Run(float[] logits, params SamplerStep[] steps) => Steps.Run(logits, [], steps);

    private static int[] Kept(float[] logits, params SamplerStep[] steps) => Run(logits, steps).Ids.ToArray();

    private static double[] Probabilities(Candidates candidates)
    {
        double[] weights = [.. candidates.Ids.ToArray().Select(id => (double)Weights.Of(candidates[id], candidates.MaxLogit()))];
        return [.. weights.Select(weight => weight / weights.Sum())];
    }
}
