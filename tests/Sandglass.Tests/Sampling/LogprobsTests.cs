using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

public class LogprobsTests
{
    [Theory, InlineData(0f), InlineData(1e4f), InlineData(1e9f), InlineData(-1e9f), InlineData(1e30f)]
    public void Two_equal_logits_have_half_each_however_large_they_are(float logit)
    {
        float[] row = [logit, float.NegativeInfinity, logit];
        TokenLogprob[] top = new TokenLogprob[2];
        Logprobs.Top(row, LogSumExp.Of(row), top);
        Assert.All(top, token => Assert.Equal(-Math.Log(2), token.Logprob, 1e-6));
    }

    [Fact]
    public void Top_is_sorted_and_ties_go_to_the_lower_id()
    {
        float[] logits = Rows.Of(0.1, 0.3, 0.3, 0.2, 0.1);
        var top = new TokenLogprob[4];
        Assert.Equal(4, Logprobs.Top(logits, LogSumExp.Of(logits), top));
        Assert.Equal([1, 2, 3, 0], top.Select(t => t.Id));
        Assert.Equal(Math.Log(0.3), top[0].Logprob, 1e-6);
        Assert.Equal(Math.Log(0.1), top[3].Logprob, 1e-6);
    }

    [Fact]
    public void Top_has_no_more_than_the_vocabulary()
    {
        var top = new TokenLogprob[9];
        Assert.Equal(2, Logprobs.Top([1, 2], new LogSumExp(0, 0), top));
        Assert.Equal([new(1, 2), new(0, 1), default], top[..3]);
        Assert.Equal(0, Logprobs.Top([1, 2], new LogSumExp(0, 0), []));
    }

    [Theory]
    [InlineData(1), InlineData(10), InlineData(999), InlineData(1000)]
    public void Top_is_what_a_full_sort_gives(int n)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            float[] logits = Rows.Random(1000, seed, withTies: true);
            var top = new TokenLogprob[n];
            Logprobs.Top(logits, new LogSumExp(0, 0), top);
            IEnumerable<(int, float)> sorted = logits.Select((logit, id) => (id, logit)).OrderByDescending(c => c.logit).ThenBy(c => c.id).Take(n);
            Assert.Equal(sorted, top.Select(t => (t.Id, t.Logprob)));
        }
    }

    [Fact]
    public void Rank_is_the_place_in_that_order()
    {
        float[] logits = [1, 3, 3, 2, float.NegativeInfinity];
        Assert.Equal([4, 1, 2, 3, 5], Enumerable.Range(0, 5).Select(id => Logprobs.Rank(logits, id)));
    }
}
