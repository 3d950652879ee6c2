using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

/// <summary>Bounds of waiting, on the callers' threads: counted and refused at once, released by beginning, by cancelling and by failing.</summary>
public sealed class WaitingRoomTests
{
    [Fact]
    public void Who_finds_a_free_place_does_not_wait_and_one_may_wait_whatever_its_length()
    {
        WaitingRoom room = Room(new ModelOptions { MaxBatch = 2, MaxQueue = 2, MaxQueueTokens = 100 });
        Ticket[] tickets = [.. Enumerable.Range(0, 3).Select(_ => new Ticket { PromptTokens = 1000 })];
        foreach (Ticket ticket in tickets) room.Enter(ticket);     // two places and the one that may wait

        Assert.Equal((3, 3000), (room.Requests, room.Tokens));
        BusyException tokens = Assert.Throws<BusyException>(() => room.Enter(new Ticket { PromptTokens = 1 }));
        Assert.Equal(("queue-tokens-full", nameof(ModelOptions.MaxQueueTokens)), (tokens.Code, tokens.Limit));
        room.Now([], preempted: 0, free: 0);
        foreach (Ticket ticket in tickets) room.Leave(ticket);
        room.Leave(tickets[0]);     // once is enough
        room.Enter(new Ticket { PromptTokens = 50 });
        room.Enter(new Ticket { PromptTokens = 50 });
        BusyException full = Assert.Throws<BusyException>(() => room.Enter(new Ticket()));
        Assert.Equal("queue-full", full.Code);
        Assert.Equal(TimeSpan.FromSeconds(1), full.RetryAfter);     // nothing was measured yet
        Assert.Equal((2, 100), (room.Requests, room.Tokens));
    }

    [Fact]
    public async Task Among_callers_at_the_same_time_no_more_get_in_than_may()
    {
        WaitingRoom room = Room(new ModelOptions { MaxBatch = 3, MaxQueue = 17 });
        int refused = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                try
                {
                    room.Enter(new Ticket { PromptTokens = 1 });
                }
                catch (BusyException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        })));
        Assert.Equal((20, 780), (room.Requests, refused));
    }

    [Fact]
    public async Task An_engine_refuses_what_is_too_much_and_takes_it_again_when_one_has_left()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { MaxBatch = 1, MaxQueue = 1, Window = 40 });
        GenerationOptions endless = new() { IgnoreEnd = true };
        TextGeneration running = await HoldAsync(model, endless);
        TextGeneration waiting = model.GenerateAsync([5, 6], endless);

        Assert.Equal((1, 1, 2), (model.Activity.Running, model.Activity.Waiting, model.Activity.WaitingTokens));
        Assert.Equal("queue-full", Assert.Throws<BusyException>(() => model.GenerateAsync([5], endless)).Code);
        Assert.Equal("queue-full", (await Assert.ThrowsAsync<BusyException>(async () => await model.ScoreAsync([5, 6]).GetAsyncEnumerator().MoveNextAsync()))
            .Code);

        await waiting.DisposeAsync();
        await using TextGeneration next = model.GenerateAsync([5], endless);
        Assert.Equal(1, model.Activity.Waiting);
        await running.DisposeAsync();
        await using IAsyncEnumerator<GeneratedToken> others = next.GetAsyncEnumerator();
        Assert.True(await others.MoveNextAsync());
        Assert.Equal((1, 0, 0), (model.Activity.Running, model.Activity.Waiting, model.Activity.WaitingTokens));
    }

    [Fact]
    public void In_a_full_room_one_of_the_tenant_with_the_most_gives_its_place_and_the_last_to_come_first()
    {
        WaitingRoom room = Room(new ModelOptions { MaxBatch = 1, MaxQueue = 4 });
        room.Now([], preempted: 0, free: 0);
        Ticket[] many = [.. Enumerable.Range(0, 4).Select(_ => Of("many"))];
        foreach (Ticket ticket in many) room.Enter(ticket);
        Assert.Throws<BusyException>(() => room.Enter(Of("many")));

        room.Enter(Of("few"));
        Assert.Equal("queue-full", many[3].TurnedAway!.Code);
        room.Enter(Of("few"));
        Assert.NotNull(many[2].TurnedAway);
        Assert.Throws<BusyException>(() => room.Enter(Of("few")));      // two and two
        Assert.All(many[..2], ticket => Assert.Null(ticket.TurnedAway));
        Ticket urgent = Of("many", priority: -1);
        room.Enter(urgent);     // whoever is less urgent
        Assert.Throws<BusyException>(() => room.Enter(Of("new", priority: 1)));
        Assert.Equal(4, room.Requests);
        foreach (Ticket ticket in many) room.Leave(ticket);     // those turned away have left
        Assert.InRange(room.Requests, 2, 3);

        static Ticket Of(string tenant, int priority = 0) => new() { Tenant = tenant, Priority = priority, PromptTokens = 10 };
    }

    [Fact]
    public void Tokens_of_one_tenant_give_way_where_that_is_enough()
    {
        WaitingRoom room = Room(new ModelOptions { MaxBatch = 1, MaxQueueTokens = 1000 });
        room.Now([], preempted: 0, free: 0);
        Ticket[] many = [.. Enumerable.Range(0, 3).Select(_ => new Ticket { Tenant = "many", PromptTokens = 300 })];
        foreach (Ticket ticket in many) room.Enter(ticket);
        Assert.Equal("queue-tokens-full", Assert.Throws<BusyException>(() => room.Enter(new Ticket { Tenant = "few", PromptTokens = 500 })).Code);
        room.Enter(new Ticket { Tenant = "few", PromptTokens = 390 });

        Assert.Equal("queue-tokens-full", many[2].TurnedAway!.Code);
        Assert.Equal((3, 990), (room.Requests, room.Tokens));
    }

    [Fact]
    public async Task Who_gives_its_place_hears_of_it_at_once()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { MaxBatch = 1, MaxQueue = 2, Window = 40 });
        GenerationOptions many = new() { IgnoreEnd = true, Tenant = "many" };
        TextGeneration running = await HoldAsync(model, many);
        await using TextGeneration first = model.GenerateAsync([5, 6], many), second = model.GenerateAsync([5, 6], many);
        await using TextGeneration few = model.GenerateAsync([5, 6, 8], many with { Tenant = "few" });

        Assert.Equal("queue-full", (await Assert.ThrowsAsync<BusyException>(() => second.Result)).Code);
        Assert.Equal((2, 5), (model.Activity.Waiting, model.Activity.WaitingTokens));
        await running.DisposeAsync();
        await using IAsyncEnumerator<GeneratedToken> next = few.GetAsyncEnumerator();
        Assert.True(await next.MoveNextAsync());
    }

    [Theory]
    [InlineData(0, 0), InlineData(65, 0), InlineData(64, 16), InlineData(64, 257)]
    public void Numbers_that_no_step_can_have_are_refused(int batch, int tokens)
    {
        GenerationException refusal = Assert.Throws<GenerationException>(() => new ModelOptions { MaxBatch = batch, MaxBatchTokens = tokens }.Validate());
        Assert.Equal(tokens == 0 ? nameof(ModelOptions.MaxBatch) : nameof(ModelOptions.MaxBatchTokens), refusal.Option);
    }

    /// <summary>A text without an end that has the place. Nobody reads it, so it never rests, which one does whose reader falls behind.</summary>
    private static async Task<TextGeneration> HoldAsync(LanguageModel model, GenerationOptions options)
    {
        TextGeneration text = model.GenerateAsync([5, 6, 7], options with { MaxTokens = 1_000_000 });
        _ = text.Result;
        for (int i = 0; i < 3000 && model.Activity.Running == 0; i++) await Task.Delay(1);
        Assert.Equal(1, model.Activity.Running);
        return text;
    }

    private static WaitingRoom Room(ModelOptions options) => new(options, new EngineSpeed(TimeProvider.System));
}
