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

    private static WritingText Add(Scheduler scheduler, PagePool pages, int prompt, int tokens, string tenant = "", int priority = 0) =>
        Add(scheduler, pages, prompt, tokens, new RowShare(new Ticket { Tenant = tenant, PromptTokens = prompt, Priority = priority }));

    private static WritingText Add(Scheduler scheduler, PagePool pages, int prompt, int tokens, RowShare request)
    {
        WritingText text = new(pages, prompt, tokens, request);
        scheduler.Add(text);
        return text;
    }
}
