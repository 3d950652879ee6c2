namespace Sandglass.Server.Tests;

/// <summary>A key's limits, with a clock that stands still until it is turned.</summary>
public class KeyHolderTests
{
    private readonly HandClock _clock = new();

    [Fact]
    public void Requests_of_a_minute_run_out_and_come_back_evenly()
    {
        KeyHolder holder = new("alice", new KeyLimits { RequestsPerMinute = 3 }, _clock);
        for (int i = 0; i < 3; i++) Assert.Null(holder.Enter());

        Refusal refusal = holder.Enter()!;
        Assert.Equal(("key-requests", TimeSpan.FromSeconds(20)), (refusal.Code, refusal.RetryAfter));
        Assert.Equal("The key of alice has begun 3 requests within a minute; its limit is 3. Wait as long as Retry-After says.", refusal.Message);
        Assert.Equal((3, 0), (holder.Requests!.Value.Limit, holder.Requests.Value.Remaining));
        Assert.Equal(TimeSpan.FromMinutes(1), holder.Requests.Value.Reset);

        _clock.Turn(TimeSpan.FromSeconds(20));
        Assert.Null(holder.Enter());
        Assert.NotNull(holder.Enter());
        _clock.Turn(TimeSpan.FromHours(1));
        Assert.Equal(3, holder.Requests.Value.Remaining);       // an hour's rest is worth a minute, not sixty
    }

    [Fact]
    public void Tokens_may_be_overdrawn_once_and_must_then_be_made_good()
    {
        KeyHolder holder = new("alice", new KeyLimits { TokensPerMinute = 600 }, _clock);
        Assert.Null(holder.Enter());
        holder.Charge(200);
        holder.Charge(1000);

        Refusal refusal = holder.Enter()!;
        Assert.Equal("key-tokens", refusal.Code);
        Assert.Equal("The key of alice has taken 1200 tokens within a minute; its limit is 600. Wait as long as Retry-After says.", refusal.Message);
        Assert.Equal(60.1, refusal.RetryAfter.TotalSeconds, tolerance: 0.001);      // 601 tokens at 10 a second
        Assert.Equal(0, holder.Tokens!.Value.Remaining);
        _clock.Turn(TimeSpan.FromSeconds(60.2));
        Assert.Null(holder.Enter());
    }

    [Fact]
    public void Requests_at_the_same_time_are_counted_and_a_refused_one_costs_nothing()
    {
        KeyHolder holder = new("alice", new KeyLimits { Concurrency = 2, RequestsPerMinute = 10 }, _clock);
        Assert.Null(holder.Enter());
        Assert.Null(holder.Enter());
        Assert.Equal("key-concurrency", holder.Enter()!.Code);
        Assert.Equal(8, holder.Requests!.Value.Remaining);

        holder.Leave();
        Assert.Null(holder.Enter());
        Assert.Equal(2, holder.Running);
    }

    [Fact]
    public void Other_limits_hold_at_once_and_the_same_ones_forget_nothing()
    {
        KeyHolder holder = new("alice", new KeyLimits { RequestsPerMinute = 1, TokensPerMinute = 100 }, _clock);
        Assert.Null(holder.Enter());
        holder.Charge(100);

        holder.Change(new KeyLimits { RequestsPerMinute = 5, TokensPerMinute = 100 });
        Assert.Equal("key-tokens", holder.Enter()!.Code);
        holder.Change(new KeyLimits { RequestsPerMinute = 5 });
        Assert.Null(holder.Enter());
    }

    [Theory]
    [InlineData(0, null, 0)]
    [InlineData(3, null, 3)]
    [InlineData(3, 3, 3)]
    [InlineData(3, 7, 7)]
    [InlineData(-2, 0, 0)]
    public void A_request_may_step_back_but_not_before_its_key(int ofKey, int? asked, int given) =>
        Assert.Equal(given, new KeyHolder("a", new KeyLimits { Priority = ofKey }, _clock).PriorityOf(asked));

    [Theory]
    [InlineData(3, -5, "priority: expected 3 or more, as the key allows, found -5.")]
    [InlineData(-2, -5, "priority: expected -2 or more, as the key allows, found -5.")]
    public void A_request_that_would_be_served_before_its_key_is_refused(int ofKey, int asked, string message)
    {
        RequestException refusal = Assert.Throws<RequestException>(() => new KeyHolder("a", new KeyLimits { Priority = ofKey }, _clock).PriorityOf(asked));
        Assert.Equal(("parameter-value", "priority", message), (refusal.Code, refusal.Param, refusal.Message));
    }

    [Theory]
    [InlineData(0, "0ms")]
    [InlineData(0.1201, "121ms")]
    [InlineData(6, "6s")]
    [InlineData(6.2, "7s")]
    [InlineData(90, "1m30s")]
    public void A_duration_is_written_as_the_header_has_it(double seconds, string text) =>
        Assert.Equal(text, KeyGate.Duration(TimeSpan.FromSeconds(seconds)));
}
