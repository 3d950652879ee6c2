using Sandglass.Generation;
using Sandglass.KvCache;

namespace Sandglass.Tests.Generation;

/// <summary>Ten thousand wait: a step looks at the few that are next, at those that were called off and at those whose time is over, and at no other.</summary>
public sealed class ManyWaitingTests
{
    private const int Many = 10_000;

    private readonly HashModel _model = new(37);

    [Fact]
    public void A_step_looks_at_a_few_however_many_wait()
    {
        using PagePool pages = new(HashModel.Shape with { Window = 40 }, 40 * HashModel.Shape.SetBytes);
        Scheduler scheduler = new();
        WritingText[] running = [.. Enumerable.Range(0, 8).Select(_ => Add(scheduler, pages, 5, int.MaxValue))];
        _model.Step(scheduler);
        WritingText[] waiting = [.. Enumerable.Range(0, Many).Select(i => Add(scheduler, pages, 100 + i % 50, 5, $"tenant {i % 100}", i % 3))];
        long looks = scheduler.Looks;
        for (int step = 0; step < 100; step++) _model.Step(scheduler);

        Assert.InRange(scheduler.Looks - looks, 100, 100 * 30);
        Assert.All(running, text => Assert.Equal(101, text.Written));
        Assert.InRange(waiting.Count(text => text.IsOver), 20, 2000);      // and they are served
        Assert.All(waiting.Where(text => text.Length < 100), text => Assert.Equal(1, text.Polls));      // when they came
        scheduler.Close();
        Assert.Equal(0, pages.Held);
    }

    [Fact]
    public void Those_that_are_called_off_are_looked_at_once_and_leave_at_the_next_step()
    {
        using PagePool pages = new(HashModel.Shape with { Window = 40 });
        WaitingRoom room = new(new ModelOptions { MaxBatch = 1 }, new EngineSpeed(TimeProvider.System));
        Scheduler scheduler = new(new ModelOptions { MaxBatch = 1 }, room);
        Add(scheduler, pages, 5, int.MaxValue);
        _model.Step(scheduler);
        Ticket[] tickets = [.. Enumerable.Range(0, Many).Select(i => new Ticket { Tenant = $"{i % 7}", PromptTokens = 10 })];
        foreach (Ticket ticket in tickets) room.Enter(ticket);
        WritingText[] waiting = [.. tickets.Select(ticket => Add(scheduler, pages, 10, 5, new RowShare(ticket)))];
        _model.Step(scheduler);
        long looks = scheduler.Looks;

        for (int i = 0; i < Many; i += 3) waiting[i].Cancel();
        _model.Step(scheduler);
        int left = (Many + 2) / 3;
        Assert.InRange(scheduler.Looks - looks, left, left + 20);
        Assert.Equal((Many - left, 10L * (Many - left)), (room.Requests, room.Tokens));
        scheduler.Close();
        Assert.Equal((0, 0), (room.Requests, room.Tokens));
        Assert.True(scheduler.IsIdle);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Of_many_that_come_and_go_in_little_room_each_is_served(int seed)
    {
        Random random = new(seed);
        using PagePool pages = new(HashModel.Shape, 12 * HashModel.Shape.SetBytes);
        Scheduler scheduler = new(new ModelOptions { MaxBatch = 5, TenantWeights = new Dictionary<string, double> { ["t1"] = 4 } });
        List<WritingText> texts = [];
        for (int step = 0; step < 600 || !scheduler.IsIdle; step++)
        {
            Assert.InRange(step, 0, 50_000);
            for (int i = random.Next(4); step < 600 && i > 0; i--)
                texts.Add(Add(scheduler, pages, random.Next(8) == 0 ? random.Next(200, 340) : random.Next(1, 60), random.Next(1, 40), $"t{random.Next(4)}",
                    random.Next(-3, 4)));
            WritingText one = texts.Count == 0 ? Add(scheduler, pages, 1, 1) : texts[random.Next(texts.Count)];
            if (random.Next(3) == 0) one.Cancel();
            one.Rests = step < 600 && random.Next(2) == 0;
            if (step == 600) texts.ForEach(text => text.Rests = false);
            _model.Step(scheduler);
            Assert.InRange(pages.Held, 0, pages.Capacity);
        }
        Assert.All(texts, text => Assert.True(text.IsOver && (text.IsCancelled || text.IsComplete) && text.Failure is null));
        Assert.True(scheduler.Preemptions > 100);
        Assert.Equal(0, pages.Held);
    }

    private static WritingText Add(Scheduler scheduler, PagePool pages, int prompt, int tokens, string tenant = "", int priority = 0) =>
        Add(scheduler, pages, prompt, tokens, new RowShare(new Ticket { Tenant = tenant, PromptTokens = prompt, Priority = priority }));

    private static WritingText Add(Scheduler scheduler, PagePool pages, int prompt, int tokens, RowShare request)
    {
        WritingText text = new(pages, prompt, tokens, request);
        scheduler.Add(text);
        return text;
    }
}
