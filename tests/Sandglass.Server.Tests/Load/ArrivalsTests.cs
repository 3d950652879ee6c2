using Sandglass.ServeBench.Load;

namespace Sandglass.Server.Tests.Load;

/// <summary>When the load's requests are sent and how long they are: a seed says it all.</summary>
public class ArrivalsTests
{
    private const int Many = 20_000;

    [Theory]
    [InlineData(1)]
    [InlineData(0.2)]
    [InlineData(5)]
    [InlineData(double.PositiveInfinity)]
    public void The_last_request_is_due_when_the_rate_says_and_the_seed_repeats(double burstiness)
    {
        double[] due = Arrivals.At(100, rate: 4, burstiness, new Random(7));
        Assert.Equal(25, due[^1], 9);
        Assert.Equal(due.Order(), due);
        Assert.Equal(due, Arrivals.At(100, rate: 4, burstiness, new Random(7)));
    }

    /// <summary>A gamma distribution of shape k has a coefficient of variation of 1 / sqrt(k): 1 for a Poisson process.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(0.25)]
    [InlineData(4)]
    public void Gaps_vary_as_the_gamma_distribution_says(double burstiness)
    {
        double[] due = Arrivals.At(Many, rate: 10, burstiness, new Random(1));
        double[] gaps = [.. due.Zip(due.Skip(1), (a, b) => b - a)];
        double mean = gaps.Average(), deviation = Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean)));
        Assert.Equal(0.1, mean, 3);
        Assert.InRange(deviation / mean * Math.Sqrt(burstiness), 0.95, 1.05);
    }

    [Fact]
    public void A_poisson_process_has_an_exponential_share_of_long_gaps()
    {
        double[] due = Arrivals.At(Many, rate: 1, burstiness: 1, new Random(2));
        double share = due.Zip(due.Skip(1), (a, b) => b - a).Count(gap => gap > 2) / (double)Many;
        Assert.InRange(share, 0.125, 0.146);       // e^-2 = 0.135
    }

    [Fact]
    public void Lengths_keep_to_what_was_asked()
    {
        Random random = new(3);
        Assert.Equal(128, Length.Parse("128").Draw(random));
        int[] even = [.. Enumerable.Range(0, 2000).Select(_ => Length.Parse("10-20").Draw(random))];
        Assert.Equal((10, 20), (even.Min(), even.Max()));
        Length people = Length.Parse("100~0.5");
        int[] drawn = [.. Enumerable.Range(0, Many).Select(_ => people.Draw(random)).Order()];
        Assert.InRange(drawn[Many / 2], 97, 103);
        Assert.InRange(drawn[^1], 200, people.Most);
        foreach (string wrong in (string[])["", "0", "-5", "20-10", "10~", "x"]) Assert.Throws<ArgumentException>(() => Length.Parse(wrong));
    }

    [Fact]
    public void Prompts_share_what_they_should_and_repeat_by_seed()
    {
        Workload workload = Workload.Parse("prompt=100,output=8,shared=0.9");
        Prompts prompts = new(workload, seed: 5), again = new(workload, seed: 5), other = new(workload, seed: 6);
        string[] one = prompts.Next().Prompt.Split(' '), two = prompts.Next().Prompt.Split(' '), three = other.Next().Prompt.Split(' ');
        Assert.Equal(100, one.Length);
        Assert.Equal(one[..90], two[..90]);
        Assert.Equal(one[..90], three[..90]);
        Assert.NotEqual(one[90..], two[90..]);
        Assert.NotEqual(one[90..], three[90..]);
        Assert.Equal(one, again.Next().Prompt.Split(' '));
    }
}
