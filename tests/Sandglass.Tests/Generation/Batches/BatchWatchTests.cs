using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

/// <summary>What an engine tells those who watch its steps is what it does, and watching changes nothing of that.</summary>
public class BatchWatchTests
{
    [Fact]
    public async Task What_each_step_says_of_three_texts_is_what_became_of_them()
    {
        using WatchedBatch batch = new(new ModelOptions { MaxBatch = 2 });
        Task<GenerationResult>[] texts = [batch.Begin(40, 6, "ann", chunk: 16), batch.Begin(8, 12, "ben"), batch.Begin(20, 5, "ann")];
        batch.StepUntil(texts);
        GenerationResult[] results = await Task.WhenAll(texts);

        Assert.Equal(Enumerable.Range(1, batch.Steps.Count).Select(number => (long)number), batch.Steps.Select(step => step.Number));
        for (int text = 1; text <= 3; text++)
        {
            BatchPlace[] places = batch.Of(text);
            GenerationResult result = results[text - 1];
            Assert.Equal(result.CompletionTokens, places.Sum(place => place.Wrote));
            Assert.Equal(result.CompletionTokens, places[^1].Written);
            Assert.Equal(result.PromptIds.Count, places.Where(place => place.Phase == PlacePhase.Reading).Sum(place => place.Rows));
            Assert.All(places, place => Assert.Equal(result.PromptIds.Count, place.Prompt));
            Assert.Equal([.. places.Select(place => place.IsOver)], [.. Enumerable.Repeat(false, places.Length - 1), true]);
            Assert.Equal(text == 2 ? "ben" : "ann", Assert.Single(places.Select(place => place.Tenant).Distinct()));
        }
        Assert.Equal([PlacePhase.Reading, PlacePhase.Writing], batch.PhasesOf(1));
        Assert.Equal([PlacePhase.Waiting, PlacePhase.Reading, PlacePhase.Writing], batch.PhasesOf(3));
        Assert.Equal([16, 16, 8], batch.Of(1).Where(place => place.Phase == PlacePhase.Reading).Select(place => place.Rows));
        foreach (BatchStep step in batch.Steps)
        {
            Assert.Equal(step.Rows, step.Places.Sum(place => place.Rows));
            Assert.Equal(step.Read, step.Places.Where(place => place.Phase == PlacePhase.Reading).Sum(place => place.Rows));
            Assert.Equal(step.Written, step.Places.Sum(place => place.Wrote));
            Assert.InRange(step.Places.Count(place => place.Rows > 0), 1, 2);
            Assert.Equal((0, 0), (step.MoreRunning, step.MoreWaiting));
            Assert.All(step.Places, place => Assert.Equal((place.Positions + 31) / 32, place.Pages));
        }
        Assert.Equal(0, batch.Steps[^1].HeldPages);
        Assert.Equal(batch.Model.Activity.Steps, batch.Steps.Count);
    }

    [Fact]
    public async Task The_third_begins_in_the_step_after_the_first_one_ends()
    {
        using WatchedBatch batch = new(new ModelOptions { MaxBatch = 2 });
        Task<GenerationResult>[] texts = [batch.Begin(8, 4), batch.Begin(8, 12), batch.Begin(8, 5)];
        batch.StepUntil(texts);
        await Task.WhenAll(texts);

        int end = batch.Steps.FindIndex(step => step.Places.Any(place => place is { Text: 1, IsOver: true }));
        Assert.Equal(PlacePhase.Waiting, batch.Steps[end].Places.Single(place => place.Text == 3).Phase);
        Assert.Equal(PlacePhase.Reading, batch.Steps[end + 1].Places.Single(place => place.Text == 3).Phase);
        Assert.DoesNotContain(batch.Steps[end + 1].Places, place => place.Text == 1);
    }

    [Fact]
    public async Task Watched_and_unwatched_texts_have_the_same_bits()
    {
        int[] ids = Evidence.Ids(70, 4096);
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        Run[] expected = await Together();
        using BatchWatch watch = model.WatchBatch();
        Run[] watched = await Together();

        Assert.Equal(expected.Select(run => run.Hashes), watched.Select(run => run.Hashes));
        Assert.Equal(expected.Select(run => run.Ids), watched.Select(run => run.Ids));
        Assert.True(watch.TryRead(out _), "nothing was told: the test shows nothing");

        Task<Run[]> Together() => Task.WhenAll(Evidence.OfRun(model, ids, 20, chunk: 16), Evidence.OfRun(model, ids[..9], 30));
    }

    [Fact]
    public async Task One_that_reads_too_slowly_loses_the_oldest_steps_and_holds_nothing_up()
    {
        const int Tokens = 300;
        using WatchedBatch batch = new(new ModelOptions());
        using BatchWatch slow = batch.Model.WatchBatch();
        Task<GenerationResult> text = batch.Begin(8, Tokens);
        batch.StepUntil(text);
        await text;

        Assert.Equal(Tokens, batch.Steps.Count);
        List<long> read = [];
        while (slow.TryRead(out BatchStep? step)) read.Add(step.Number);
        Assert.Equal(Enumerable.Range(Tokens - BatchWatch.Most + 1, BatchWatch.Most).Select(number => (long)number), read);
        Assert.Equal(Tokens, batch.Of(1).Sum(place => place.Wrote));
    }

    [Fact]
    public async Task Samples_have_places_of_their_own_and_a_search_has_one()
    {
        using WatchedBatch batch = new(new ModelOptions());
        Task<GenerationResult>[] samples =
            [.. batch.Model.GenerateSamples(Evidence.Ids(12, 4096), 3, WatchedBatch.Options(7)).Select(sample => sample.Result)];
        batch.StepUntil(samples);
        await Task.WhenAll(samples);
        Assert.Equal([7, 7, 7], Enumerable.Range(1, 3).Select(text => batch.Of(text).Sum(place => place.Wrote)));
        Assert.Equal(21, batch.Steps.Sum(step => step.Written));

        Task<GenerationResult> search = batch.Model.GenerateAsync(
            Evidence.Ids(12, 4096), new GenerationOptions { MaxTokens = 5, IgnoreEnd = true, Beams = new BeamOptions { Beams = 4 } }).Result;
        batch.StepUntil(search);
        await search;
        Assert.Equal(4, batch.Of(4).Sum(place => place.Wrote));     // of the fifth tokens no beam goes on
        Assert.Equal([12, 4, 4, 4, 4], batch.Of(4).Select(place => place.Rows));
        Assert.Empty(batch.Of(5));
    }

    [Fact]
    public async Task One_that_gives_its_pages_away_is_told_as_preempted_and_reads_again()
    {
        using LanguageModel ample = LanguageModel.LoadEmbedded("grain-1m");
        using WatchedBatch batch = new(new ModelOptions { CacheMemory = 5 * ample.Pages.Shape.SetBytes });
        Task<GenerationResult>[] texts = [batch.Begin(40, 80), batch.Begin(40, 80)];
        batch.StepUntil(texts);
        GenerationResult[] results = await Task.WhenAll(texts);

        Assert.Equal(results[0].Text, (await Run.Of(ample, Evidence.Ids(40, 4096), WatchedBatch.Options(80))).Text);
        Assert.Equal(results[0].Text, results[1].Text);
        Assert.True(batch.Model.Activity.Preemptions > 0, "none was preempted: the test shows nothing");
        PlacePhase[] phases = batch.PhasesOf(2);
        int preempted = Array.IndexOf(phases, PlacePhase.Preempted);
        Assert.Equal([PlacePhase.Preempted, PlacePhase.Reading, PlacePhase.Writing], phases[preempted..(preempted + 3)]);
        Assert.All(batch.Of(2).Where(place => place.Phase == PlacePhase.Preempted), place => Assert.Equal((0, 0L), (place.Rows, place.Pages)));
        Assert.Equal(80, batch.Of(2).Sum(place => place.Wrote));
    }

    [Fact]
    public async Task One_whose_reader_is_behind_is_told_as_resting()
    {
        using WatchedBatch batch = new(new ModelOptions { MostUnread = 16 });
        TextGeneration slow = batch.Model.GenerateAsync(Evidence.Ids(4, 4096), WatchedBatch.Options(40));
        for (int i = 0; i < 16; i++) batch.Step();
        Task<GenerationResult> other = batch.Begin(4, 3);
        batch.StepUntil(other);

        Assert.Equal([PlacePhase.Reading, PlacePhase.Writing, PlacePhase.Resting], batch.PhasesOf(1));
        Assert.Equal(16, batch.Of(1).Sum(place => place.Wrote));
        Assert.Equal([0, 0, 0], batch.Of(1)[^3..].Select(place => place.Rows));
        batch.Model.Dispose();
        Assert.Equal(FinishReason.Cancelled, (await slow.Result).Finish);
    }

    [Fact]
    public async Task Beyond_64_texts_the_rest_is_counted()
    {
        using WatchedBatch batch = new(new ModelOptions { MaxBatch = 4 });
        Task<GenerationResult>[] texts = [.. Enumerable.Range(0, 80).Select(_ => batch.Begin(4, 2))];
        batch.Step();
        BatchStep first = batch.Steps[0];

        Assert.Equal(BatchStep.MostPlaces, first.Places.Count);
        Assert.Equal(4, first.Places.Count(place => place.Phase == PlacePhase.Reading));
        Assert.Equal(60, first.Places.Count(place => place.Phase == PlacePhase.Waiting));
        Assert.Equal((0, 16), (first.MoreRunning, first.MoreWaiting));
        batch.StepUntil(texts);
        await Task.WhenAll(texts);
        Assert.Equal(2 * 80, batch.Steps.Sum(step => step.Written));
    }

    [Fact]
    public async Task Whoever_stops_watching_is_told_no_more_and_the_end_of_the_engine_ends_all()
    {
        WatchedBatch batch = new(new ModelOptions());
        BatchWatch left = batch.Model.WatchBatch();
        left.Dispose();
        batch.StepUntil(batch.Begin(4, 2));
        Assert.NotEmpty(batch.Steps);
        Assert.False(left.TryRead(out _));
        Assert.False(await left.WaitAsync(default));

        Task<bool> waits = batch.Watch.WaitAsync(default).AsTask();
        batch.Model.Dispose();
        Assert.False(await waits);
        Assert.False(await batch.Model.WatchBatch().WaitAsync(default));
    }

    [Fact]
    public void A_second_holds_what_came_within_it()
    {
        LastSecond sum = new();
        sum.Add(TimeSpan.FromSeconds(0.1), default, 5);
        sum.Add(TimeSpan.FromSeconds(0.12), default, 2);
        sum.Add(TimeSpan.FromSeconds(0.9), default, 3);
        Assert.Equal(10, sum.At(TimeSpan.FromSeconds(1.0)));
        Assert.Equal(3, sum.At(TimeSpan.FromSeconds(1.2)));
        sum.Add(TimeSpan.FromSeconds(7.9), default, 1);
        Assert.Equal(1, sum.At(TimeSpan.FromSeconds(8)));
        Assert.Equal(0, sum.At(TimeSpan.FromSeconds(9)));
    }

    [Fact]
    public void Of_a_step_that_took_longer_than_a_second_a_second_holds_its_part()
    {
        LastSecond sum = new();
        sum.Add(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4), 810);
        Assert.Equal(200, sum.At(TimeSpan.FromSeconds(4)));
        Assert.Equal(100, sum.At(TimeSpan.FromSeconds(4.5)));
    }
}
