using Sandglass.Generation;
using Sandglass.KvCache;

namespace Sandglass.Tests.Generation;

/// <summary>Large requests neither starve nor block, counted in steps: beside texts without an end, in places and in memory.</summary>
public sealed class PlacesTests
{
    private readonly HashModel _model = new(37);
    private readonly Scheduler _scheduler = new();

    [Fact]
    public void A_text_beside_64_samples_has_a_token_in_every_step_and_so_has_one_that_comes_later()
    {
        using PagePool pages = new(HashModel.Shape);
        WritingText endless = Add(pages, 5, int.MaxValue);
        RowShare request = new();
        WritingText[] samples = [.. Enumerable.Range(0, 64).Select(_ => Add(pages, 5, 300, request))];
        Step(3);
        WritingText small = Add(pages, 4, 10);
        Step(1 + 10);

        Assert.True(small.IsOver);
        Assert.Equal(3 + 11, endless.Written);
        Assert.All(samples, sample => Assert.InRange(sample.Written, 8, 14));
        _scheduler.Close();
        Assert.Equal(0, pages.Held);
    }

    [Fact]
    public void One_that_needs_most_of_the_memory_begins_in_bounded_time_and_a_short_one_after_it_at_once()
    {
        using PagePool pages = new(HashModel.Shape with { Window = 60 }, 10 * HashModel.Shape.SetBytes);
        WritingText endless = Add(pages, 5, int.MaxValue);
        Step(200);      // its window is full
        WritingText large = Add(pages, 250, 20), small = Add(pages, 10, 5);
        Step(10);
        Assert.True(small.IsOver);
        Assert.Equal(0, large.Written);

        int steps = Until(() => large.IsOver);
        Assert.InRange(steps, 1, ServiceOrder.Turn + 100);
        Step(50);
        int written = endless.Written;
        Step(50);
        Assert.Equal(written + 50, endless.Written);     // it goes on
        _scheduler.Close();
        Assert.Equal(0, pages.Held);
    }

    [Fact]
    public void Endless_texts_whose_readers_pause_by_turns_keep_a_large_one_out_no_longer()
    {
        using PagePool pages = new(HashModel.Shape with { Window = 60 }, 10 * HashModel.Shape.SetBytes);
        WritingText[] endless = [Add(pages, 5, int.MaxValue), Add(pages, 5, int.MaxValue)];
        Step(200);
        WritingText large = Add(pages, 300, 10);

        int pauses = 0;
        for (; !large.IsOver && pauses < 100; pauses++)
        {
            (endless[0].Rests, endless[1].Rests) = (pauses % 2 == 0, pauses % 2 == 1);     // so each is the first for 50 steps
            Step(50);
        }
        Assert.InRange(50 * pauses, 1, 2 * ServiceOrder.Turn + 300);
        _scheduler.Close();
        Assert.Equal(0, pages.Held);
    }

    [Fact]
    public void Where_as_many_endless_texts_run_as_may_another_gets_a_place_in_bounded_time()
    {
        using PagePool pages = new(HashModel.Shape with { Window = 40 });
        WritingText[] endless = [.. Enumerable.Range(0, StepBudget.Requests).Select(_ => Add(pages, 1, int.MaxValue))];
        Step(2);
        WritingText late = Add(pages, 3, 8);

        Assert.InRange(Until(() => late.IsOver), 1, ServiceOrder.Turn + 20);
        Step(20);
        Assert.All(endless, text => Assert.False(text.IsOver));
        int[] written = [.. endless.Select(text => text.Written)];
        Step(20);
        Assert.All(endless.Zip(written), text => Assert.Equal(text.Second + 20, text.First.Written));
        _scheduler.Close();
    }

    [Fact]
    public void One_whose_reader_is_too_far_behind_keeps_no_other_from_its_place_or_its_pages()
    {
        using PagePool pages = new(HashModel.Shape, 4 * HashModel.Shape.SetBytes);
        WritingText slow = Add(pages, 60, 40);
        Step(3);
        slow.Rests = true;
        WritingText other = Add(pages, 70, 20);
        Assert.InRange(Until(() => other.IsOver), 1, 30);
        Assert.Equal(3, slow.Written);

        slow.Rests = false;
        Assert.InRange(Until(() => slow.IsOver), 1, 60);
        Assert.Equal(0, pages.Held);
    }

    private WritingText Add(PagePool pages, int prompt, int tokens, RowShare? request = null)
    {
        WritingText text = new(pages, prompt, tokens, request);
        _scheduler.Add(text);
        return text;
    }

    private void Step(int steps)
    {
        for (int i = 0; i < steps; i++) _model.Step(_scheduler);
    }

    private int Until(Func<bool> isSo)
    {
        int steps = 0;
        for (; !isSo() && steps < 10_000; steps++) _model.Step(_scheduler);
        return steps;
    }
}
