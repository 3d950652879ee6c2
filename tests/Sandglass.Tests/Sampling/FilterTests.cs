using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

// Four tokens: token 0 has 0.1, 1 has 0.4, 2 has 0.3, 3 has 0.2. Their entropy is 1.2799 nats; surprises: 2.3026, 0.9163, 1.2040, 1.6094;
// so the nearest to typical is 2 (0.076 off), then 3 (0.330), 1 (0.364), 0 (1.023).
public class FilterTests
{
    private static readonly float[] Four = Rows.Of(0.1, 0.4, 0.3, 0.2);

    [Theory]
    [InlineData(0.29, new[] { 0, 0, 1.0, 0 })]
    [InlineData(0.31, new[] { 0, 0, 0.6, 0.4 })]
    [InlineData(0.49, new[] { 0, 0, 0.6, 0.4 })]
    [InlineData(0.51, new[] { 0, 4 / 9.0, 3 / 9.0, 2 / 9.0 })]
    [InlineData(0.91, new[] { 0.1, 0.4, 0.3, 0.2 })]
    [InlineData(1, new[] { 0.1, 0.4, 0.3, 0.2 })]
    public void Typical_keeps_what_surprises_as_expected(double p, double[] expected) => Steps.Same(expected, Run(Four, new TypicalP(p)));

    [Fact]
    public void Typical_prefers_lower_ids_among_equals_and_never_what_the_model_forbids()
    {
        Assert.Equal([0, 1], Run([7, 7, 7, 7], new TypicalP(0.5)).Ids.ToArray());
        Assert.Equal([1, 2], Run([float.NegativeInfinity, 1, 1, float.NegativeInfinity], new TypicalP(0.999)).Ids.ToArray());
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Typical_keeps_what_a_full_sort_keeps(bool withTies)
    {
        for (int round = 0; round < 60; round++)
        {
            float[] row = Rows.Random(700, round, withTies);
            double p = 0.02 + round / 61.0;
            float max = row.Max();
            double z = row.Sum(logit => Math.Exp((double)logit - max)), mean = row.Sum(logit => Math.Exp((double)logit - max) * ((double)logit - max)) / z;
            double total = row.Sum(logit => (double)Weights.Of(logit, max)), sum = 0;
            List<int> kept = [];
            foreach (int id in Enumerable.Range(0, 700).OrderBy(id => Math.Abs(mean - ((double)row[id] - max))).ThenBy(id => id))
            {
                if (sum >= p * total) break;
                kept.Add(id);
                sum += Weights.Of(row[id], max);
            }
            Assert.Equal(kept.Order(), Run(row, new TypicalP(p)).Ids.ToArray());
        }
    }

    // logits 1 2 3 6: mean 3, deviation sqrt((4 + 1 + 0 + 9) / 4) = 1.8708
    [Theory]
    [InlineData(0, new[] { 0, 1, 2, 3 })]
    [InlineData(1, new[] { 3 })]
    [InlineData(1.61, new[] { 2, 3 })]
    [InlineData(2.2, new[] { 1, 2, 3 })]
    [InlineData(2.7, new[] { 0, 1, 2, 3 })]
    public void Top_n_sigma_counts_deviations_from_the_largest(double n, int[] kept) => Assert.Equal(kept, Run([1, 2, 3, 6], new TopNSigma(n)).Ids.ToArray());

    [Fact]
    public void Top_n_sigma_leaves_out_what_the_model_forbids() =>
        Assert.Equal([1, 2], Run([float.NegativeInfinity, 1, 2, float.NegativeInfinity], new TopNSigma(2)).Ids.ToArray());

    [Theory]
    [InlineData(0.15, new[] { 1 / 3.0, 0, 0, 2 / 3.0 })]     // 1, 2 and 3 reach it; 3 is the last
    [InlineData(0.25, new[] { 1 / 6.0, 0, 0.5, 2 / 6.0 })]
    [InlineData(0.35, new[] { 0.1, 0.4, 0.3, 0.2 })]         // one alone stays
    [InlineData(0.5, new[] { 0.1, 0.4, 0.3, 0.2 })]
    public void Xtc_excludes_the_top_choices_but_the_last(double threshold, double[] expected) => Steps.Same(expected, Run(Four, new Xtc(1, threshold)));

    [Fact]
    public void Xtc_leaves_no_token_alone_that_the_model_forbids() => Assert.Equal([0, 2], Run([1, 3, float.NegativeInfinity], new Xtc(1, 0)).Ids.ToArray());

    [Fact]
    public void Xtc_does_so_as_often_as_asked()
    {
        Steps.Same([0.1, 0.4, 0.3, 0.2], Run(Four, new Xtc(0, 0.1)));
        int excluded = Enumerable.Range(0, 10_000).Count(position => Steps.Run(Four, [], position, new Xtc(0.3, 0.15)).Count == 2);
        Assert.InRange(excluded, 2850, 3150);                // 3.3 deviations of 46
    }

    [Fact]
    public void A_dynamic_temperature_follows_the_entropy()
    {
        Steps.Same([0.25, 0.25, 0.25, 0.25], Run([1, 1, 1, 1], new Temperature(1, 0.5)));
        Steps.Same([0, 0, 1, 0], Run([-3000, -3000, 3, -3000], new Temperature(0.5, 0.5)));             // no entropy: temperature 0
        double share = Math.Pow(1.2798542 / Math.Log(4), 2), temperature = 0.5 + share;
        double[] powers = [.. new[] { 0.1, 0.4, 0.3, 0.2 }.Select(p => Math.Pow(p, 1 / temperature))];
        Steps.Same([.. powers.Select(power => power / powers.Sum())], Run(Four, new Temperature(1, 0.5, 2)));
    }

    // surprises in bits: 3.32, 1.32, 1.74, 2.32
    [Theory]
    [InlineData(0.5, new[] { 0, 1.0, 0, 0 })]                // 2 tau = 1: all surprise too much, the likeliest stays
    [InlineData(0.7, new[] { 0, 1.0, 0, 0 })]
    [InlineData(0.9, new[] { 0, 4 / 7.0, 3 / 7.0, 0 })]
    [InlineData(1.2, new[] { 0, 4 / 9.0, 3 / 9.0, 2 / 9.0 })]
    [InlineData(5, new[] { 0.1, 0.4, 0.3, 0.2 })]
    public void Mirostat_2_cuts_where_the_surprise_passes_mu(double tau, double[] expected) => Steps.Same(expected, Run(Four, new Mirostat(2, tau, 0.1)));

    // Zipf's law with s = 1.5 over four tokens: the estimate is exact, and k = (0.5 * 2^mu / (1 - 4^-0.5))^(1/1.5) = 2^(mu / 1.5)
    [Theory]
    [InlineData(1.4, new[] { 1 })]
    [InlineData(1.6, new[] { 1, 2 })]
    [InlineData(2.3, new[] { 1, 2 })]                        // 2.89
    [InlineData(2.4, new[] { 1, 2, 3 })]                     // 3.03
    [InlineData(9, new[] { 0, 1, 2, 3 })]
    public void Mirostat_1_keeps_as_many_as_the_estimate_says(double mu, int[] kept)
    {
        float[] zipf = Rows.Of(Math.Pow(4, -1.5), 1, Math.Pow(2, -1.5), Math.Pow(3, -1.5));
        Assert.Equal(kept, Run(zipf, new Mirostat(1, mu / 2, 0.1)).Ids.ToArray());
        Assert.NotEmpty(Run([2, 2, 2, 2], new Mirostat(1, mu / 2, 0.1)).Ids.ToArray());
    }

    [Fact]
    public void Mirostat_learns_from_what_was_drawn_and_accepted()
    {
        var step = new Mirostat(2, tau: 2, eta: 0.5);
        var sampler = new Sampler([step], greedy: false, 3, new SamplingBuffers(4));
        sampler.Accept(1);                                   // the prompt teaches nothing
        Assert.Equal(4, step.Mu);
        int id = sampler.Choose(Four, 1).Id;
        sampler.Choose(Four, 2);                             // a draft that is refused neither
        id = sampler.Choose(Four, 1).Id;
        Sampler fork = sampler.Fork();
        sampler.Accept(id);
        double learnt = 4 - 0.5 * (-Math.Log2(new[] { 0.1, 0.4, 0.3, 0.2 }[id]) - 2);
        Assert.Equal(learnt, step.Mu, 1e-6);
        fork.Accept((id + 1) % 4);
        Assert.Equal(learnt, step.Mu, 1e-6);                 // a fork learns for itself
    }

    private static Candidates Run(float[] logits, params SamplerStep[] steps) => Steps.Run(logits, [], steps);
}
