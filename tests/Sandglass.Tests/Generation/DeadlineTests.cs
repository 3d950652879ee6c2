using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>Waiting by a clock that the test holds: estimates from what was measured, refusals at once, ends when time is over.</summary>
public sealed class DeadlineTests
{
    [Fact]
    public void The_estimate_is_the_work_before_by_the_speed_measured()
    {
        Hand clock = new();
        EngineSpeed speed = new(clock);
        WaitingRoom room = new(new ModelOptions { MaxBatch = 2, Time = clock }, speed);
        Measure(speed, clock, seconds: 2, written: 2, read: 0);
        Measure(speed, clock, seconds: 6, written: 0, read: 60);
        Assert.Equal(TimeSpan.Zero, room.EstimatedWait(10));
        RowShare[] running = [Running(most: 40), Running(most: 60)];
        room.Now([.. running], preempted: 0, free: 0);

        Assert.Equal(TimeSpan.FromSeconds(2 * 50 / 2), room.EstimatedWait(10));        // until one of the two is over
        room.Enter(new Ticket { PromptTokens = 7, MostWritten = 30, Tenant = "other" });
        room.Enter(new Ticket { PromptTokens = 5, MostWritten = 10 });
        Assert.Equal(TimeSpan.FromSeconds(2 * (50 + 40) / 2), room.EstimatedWait(10));
        room.Enter(new Ticket { PromptTokens = 5000, MostWritten = 10 });
        Assert.Equal(TimeSpan.FromSeconds(5012 * 0.1), room.EstimatedWait(10));        // it is the prompts that take the time

        // 100 of one tenant: another's waits for as many of them as of its own, and who is urgent for none
        for (int i = 0; i < 100; i++) room.Enter(new Ticket { PromptTokens = 10, MostWritten = 20, Tenant = "many" });
        BusyException refusal = Assert.Throws<BusyException>(() => room.Enter(Asking("many", 100)));
        Assert.Equal(("deadline-unreachable", nameof(GenerationOptions.StartWithin)), (refusal.Code, refusal.Limit));
        Assert.Equal(TimeSpan.FromSeconds(300), refusal.RetryAfter);        // never more
        room.Enter(Asking("late", 200));
        room.Enter(Asking("many", 1, priority: -1));
    }

    [Fact]
    public async Task Who_cannot_begin_in_time_is_refused_at_once_and_one_whose_time_passes_ends_while_it_waits()
    {
        using StepClock clock = new();
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { MaxBatch = 1, Time = clock, Threads = 1 });
        GenerationOptions plain = new() { Sampling = SamplerOptions.Greedy, IgnoreEnd = true, MaxTokens = 100 };
        clock.Release();
        await model.CompleteAsync([5, 6, 7], plain);        // measured
        await using TextGeneration running = model.GenerateAsync([5, 6, 7], plain with { MaxTokens = 400 });
        await using IAsyncEnumerator<GeneratedToken> tokens = running.GetAsyncEnumerator();
        Assert.True(await tokens.MoveNextAsync());
        clock.Hold();

        BusyException refusal = Assert.Throws<BusyException>(() => model.GenerateAsync([5, 6], plain with { StartWithin = TimeSpan.FromSeconds(5) }));
        Assert.Equal("deadline-unreachable", refusal.Code);
        Assert.InRange(refusal.RetryAfter.TotalSeconds, 1, 300);
        Assert.Equal(0, model.Activity.Waiting);
        TimeSpan wait = model.Activity.EstimatedWait(2);
        TextGeneration late = model.GenerateAsync([5, 6], plain with { StartWithin = wait + TimeSpan.FromSeconds(1) });
        TextGeneration limited = model.GenerateAsync([5, 6], plain with { TimeLimit = wait });
        TextGeneration patient = model.GenerateAsync([5, 6], plain with { StartWithin = TimeSpan.FromHours(9) });
        clock.Pass((int)wait.TotalSeconds + 2);
        clock.Release();

        BusyException passed = await Assert.ThrowsAsync<BusyException>(() => late.Result);
        Assert.Equal("deadline-passed", passed.Code);
        Assert.InRange(passed.RetryAfter.TotalSeconds, 1, 300);
        GenerationResult ended = await limited.Result;
        Assert.Equal((FinishReason.Time, 0), (ended.Finish, ended.CompletionTokens));
        await tokens.DisposeAsync();
        Assert.Equal(100, (await patient.Result).CompletionTokens);
        Assert.Equal(0, model.Pages.Held);
    }

    [Fact]
    public async Task A_bound_of_no_waiting_at_all_leaves_the_places()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { MaxBatch = 1, MaxQueue = 0 });
        for (int i = 0; i < 5; i++) await model.CompleteAsync([5, 6, 7], new GenerationOptions { MaxTokens = 3 });
        await using TextGeneration running = model.GenerateAsync([5, 6, 7], new GenerationOptions { IgnoreEnd = true });
        Assert.Equal("queue-full", Assert.Throws<BusyException>(() => model.GenerateAsync([5])).Code);
    }

    private static Ticket Asking(string tenant, int seconds, int priority = 0) =>
        new() { PromptTokens = 1, MostWritten = 20, Tenant = tenant, Priority = priority, StartWithin = TimeSpan.FromSeconds(seconds) };

    private static RowShare Running(int most) => new(new Ticket { MostWritten = most });

    private static void Measure(EngineSpeed speed, Hand clock, int seconds, int written, int read)
    {
        speed.Begin();
        clock.Seconds += seconds;
        speed.End(written, read);
    }

    private sealed class Hand : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
