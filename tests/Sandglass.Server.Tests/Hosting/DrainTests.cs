namespace Sandglass.Server.Tests;

/// <summary>The end of a server, with a clock that is turned by hand.</summary>
public class DrainTests
{
    private readonly HandClock _clock = new();

    [Fact]
    public async Task What_runs_may_finish_and_nothing_new_begins()
    {
        using Drain drain = new();
        Assert.True(drain.TryEnter());
        Task<int> end = drain.FinishAsync(TimeSpan.FromSeconds(30), _clock);

        Assert.True(drain.HasBegun);
        Assert.False(drain.TryEnter());
        Assert.False(end.IsCompleted);
        drain.Leave();
        Assert.Equal(0, await end);
        Assert.False(drain.Ending.IsCancellationRequested);
    }

    [Fact]
    public async Task What_still_runs_when_the_time_is_over_is_ended()
    {
        using Drain drain = new();
        Assert.True(drain.TryEnter());
        Assert.True(drain.TryEnter());
        Task<int> end = drain.FinishAsync(TimeSpan.FromSeconds(30), _clock);
        drain.Leave();

        _clock.Turn(TimeSpan.FromSeconds(31));
        Assert.Equal(1, await end);
        Assert.True(drain.Ending.IsCancellationRequested);
        Assert.False(drain.Idle.IsCompleted);
        drain.Leave();
        await drain.Idle;
    }

    [Fact]
    public async Task A_request_that_takes_its_time_to_end_does_not_hold_it_up()
    {
        using ManualResetEventSlim isOver = new();
        using Drain drain = new();
        Assert.True(drain.TryEnter());
        using CancellationTokenRegistration slow = drain.Ending.UnsafeRegister(_ => isOver.Wait(), null);
        Task<int> end = drain.FinishAsync(TimeSpan.FromSeconds(30), _clock);

        _clock.Turn(TimeSpan.FromSeconds(31));
        try
        {
            Assert.Equal(1, await end.WaitAsync(TimeSpan.FromMinutes(1)));
        }
        finally
        {
            isOver.Set();
        }
    }

    [Fact]
    public async Task A_server_that_does_nothing_ends_at_once()
    {
        using Drain drain = new();
        Assert.Equal(0, await drain.FinishAsync(TimeSpan.FromSeconds(30), _clock));
    }
}
