using System.Numerics;
using Sandglass.Kernels;
using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

public class ChainTests
{
    [Fact]
    public void The_default_order_is_top_k_top_p_min_p_temperature() =>
        Assert.Equal(["top_k", "top_p", "min_p", "temperature"], Chain.Of(new SamplerOptions(), new SamplerText(10)).Select(step => step.Name));

    [Fact]
    public void A_filter_that_is_off_is_no_step()
    {
        Assert.Equal(["temperature"], Chain.Of(new SamplerOptions { TopK = 0, TopP = 1, MinP = 0 }, new SamplerText(10)).Select(step => step.Name));
        Assert.Empty(Chain.Of(SamplerOptions.Greedy, new SamplerText(10)));
    }

    // The plain way: sort everything, walk it, with integers of any size. The chain must agree on every row, ties and all.
    [Theory]
    [InlineData(40, 0.95, 0.05, 0.8, false)]
    [InlineData(40, 0.95, 0.05, 0.8, true)]
    [InlineData(0, 0.9, 0.0, 1.3, false)]
    [InlineData(0, 0.9, 0.0, 1.3, true)]
    [InlineData(0, 0.999, 0.0, 4.0, true)]
    [InlineData(700, 0.5, 0.01, 0.3, true)]
    [InlineData(0, 1.0, 0.02, 1.0, true)]
    [InlineData(0, 1.0, 0.0, 2.0, false)]
    public void The_chain_is_what_a_full_sort_gives(int topK, double topP, double minP, double temperature, bool withTies)
    {
        var options = new SamplerOptions { TopK = topK, TopP = topP, MinP = minP, Temperature = temperature };
        const int Vocabulary = 1000;
        var sampler = Steps.Sampler(options, 77, Vocabulary);
        for (int position = 0; position < 60; position++)
        {
            float[] logits = Rows.Random(Vocabulary, position, withTies);
            Assert.Equal(ByFullSort(logits, options, Philox.Draw64(77, position, step: 0, index: 0)), sampler.Choose(logits, position).Id);
        }
    }

    private static int ByFullSort(float[] logits, SamplerOptions options, ulong bits)
    {
        List<(int Id, float Logit)> left = [.. logits.Select((logit, id) => (id, logit)).OrderByDescending(c => c.logit).ThenBy(c => c.id)];
        long Weight(float logit) => (long)Math.Round(Elementary.Exp((double)logit - left[0].Logit) * 4294967296.0);

        if (options.TopK > 0) left = [.. left.Take(options.TopK)];
        if (options.TopP < 1)
        {
            double enough = options.TopP * left.Sum(c => Weight(c.Logit));
            int kept = 0;
            for (long sum = 0; sum < enough; kept++) sum += Weight(left[kept].Logit);
            left = [.. left.Take(kept)];
        }
        if (options.MinP > 0) left = [.. left.Where(c => c.Logit >= left[0].Logit + Elementary.Log(options.MinP))];
        left = [.. left.Select(c => (c.Id, (float)(c.Logit / options.Temperature)))];

        BigInteger point = new BigInteger(bits) * left.Sum(c => Weight(c.Logit)) >> 64;
        foreach ((int id, float logit) in left)
        {
            point -= Weight(logit);
            if (point < 0) return id;
        }
        throw new InvalidOperationException("the intervals fill the total");
    }
}
