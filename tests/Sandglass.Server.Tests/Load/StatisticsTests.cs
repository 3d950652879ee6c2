using Sandglass.ServeBench.Load;

namespace Sandglass.Server.Tests.Load;

/// <summary>The figures of <c>bench/serve</c>, by hand.</summary>
public class StatisticsTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(50, 25)]
    [InlineData(95, 38.5)]
    [InlineData(100, 40)]
    public void Percentiles_lie_between_neighbours_in_proportion_as_NumPy_has_them(double percentile, double expected) =>
        Assert.Equal(expected, Quantiles.At([10, 20, 30, 40], percentile), 12);

    [Fact]
    public void Time_per_token_counts_those_after_the_first()
    {
        Outcome outcome = new() { FirstText = 0.5, Ended = 2.5, OutputTokens = 11 };
        Assert.Equal(0.2, outcome.TimePerToken, 12);
        Assert.Equal(0, new Outcome { FirstText = 0.5, Ended = 0.5, OutputTokens = 1 }.TimePerToken);
    }

    [Fact]
    public void A_single_token_has_no_time_per_token_and_counts_as_zero_for_goodput()
    {
        Outcome single = Answer(firstText: 0.1, ended: 0.1, tokens: 1), slow = Answer(firstText: 0.1, ended: 1.1, tokens: 3);
        Summary summary = Summary.Of([single, slow], seconds: 2, Goodput.Parse(["tpot:100"]));
        Assert.Equal(0.5, summary.TimePerToken.P50, 12);
        Assert.Equal(1, summary.Good);
        Assert.Equal(0.5, summary.GoodPerSecond, 12);
    }

    [Fact]
    public void Goodput_wants_all_limits_kept_the_limit_itself_included()
    {
        Goodput limits = Goodput.Parse(["ttft:100", "tpot:50", "e2el:1000"]);
        Assert.True(limits.IsGood(Answer(firstText: 0.1, ended: 0.6, tokens: 11)));
        Assert.False(limits.IsGood(Answer(firstText: 0.11, ended: 0.6, tokens: 11)));
        Assert.False(limits.IsGood(Answer(firstText: 0.1, ended: 0.7, tokens: 11)));
        Assert.False(limits.IsGood(Answer(firstText: 0.1, ended: 1.1, tokens: 1000)));
    }

    [Fact]
    public void What_failed_adds_no_tokens_and_no_times()
    {
        Outcome busy = new() { Status = 429, Error = "429 full", HasRetryAfter = true }, bare = new() { Status = 503, Error = "503" },
            cut = new() { Status = 200, Error = "cut off", OutputTokens = 9, Ended = 9 };
        Summary summary = Summary.Of([Answer(firstText: 0.2, ended: 1.2, tokens: 6), busy, bare, cut], seconds: 2, new Goodput());
        Assert.Equal((1, 3, 2, 1), (summary.Completed, summary.Failed, summary.Busy, summary.BusyWithoutRetryAfter));
        Assert.Equal(3, summary.OutputPerSecond);
        Assert.Equal(1.2, summary.EndToEnd.P99, 12);
    }

    [Fact]
    public void Every_gap_of_every_request_is_an_inter_token_latency()
    {
        Outcome one = Answer(firstText: 0.1, ended: 0.4, tokens: 3), other = Answer(firstText: 0.1, ended: 0.2, tokens: 2);
        one.Gaps.AddRange([0.1, 0.2]);
        other.Gaps.Add(0.1);
        Quantiles gaps = Summary.Of([one, other], seconds: 1, new Goodput()).Gaps;
        Assert.Equal(0.4 / 3, gaps.Mean, 12);
        Assert.Equal(0.1, gaps.P50, 12);
        Assert.Equal(0.19, gaps.P95, 12);
    }

    private static Outcome Answer(double firstText, double ended, int tokens) =>
        new() { Status = 200, FirstText = firstText, Ended = ended, OutputTokens = tokens, Chunks = tokens };
}
