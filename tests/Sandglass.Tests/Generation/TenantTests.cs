using Sandglass.Generation;
using Sandglass.KvCache;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>Tenants and priorities, counted in steps and tokens: none starves another, and the urgent take places and pages.</summary>
public sealed class TenantTests
{
    private readonly HashModel _model = new(37);

    [Theory, InlineData(1), InlineData(3)]
    public async Task Two_tenants_at_saturation_get_their_shares_of_the_engine(int weight)
    {
        using StepClock clock = new();
        ModelOptions options = new() { MaxBatch = 4, Time = clock, Threads = 1, TenantWeights = new Dictionary<string, double> { ["few"] = weight } };
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", options);
        GenerationOptions plain = new() { Sampling = SamplerOptions.Greedy, IgnoreEnd = true, ShareCache = false };
        TextGeneration[] many = [.. Enumerable.Range(0, 100)
            .Select(i => model.GenerateAsync(Evidence.Ids(30 + i % 9, 4096), plain with { Tenant = "many", MaxTokens = 40 }))];
        TextGeneration[] few = [.. Enumerable.Range(0, 20)
            .Select(i => model.GenerateAsync(Evidence.Ids(9 + i % 5, 4096), plain with { Tenant = "few", MaxTokens = 70 }))];
        Task<Run>[] manyRuns = [.. many.Select(Run.Read)], fewRuns = [.. few.Select(Run.Read)];
        clock.Release();
        Run[] of = await Task.WhenAll(fewRuns), others = await Task.WhenAll(manyRuns);

        TimeSpan end = of.Max(run => run.Tokens[^1].Elapsed);
        double share = Work(of, end) / (double)(Work(of, end) + Work(others, end));
        Assert.InRange(share, 0.9 * weight / (weight + 1), 1.1 * weight / (weight + 1));
        Assert.Equal(20 * 70 + 100 * 40, model.Activity.GeneratedTokens);
    }

    [Fact]
    public void Who_has_little_to_ask_begins_when_the_first_of_many_ends_or_after_a_turn()
    {
        using PagePool pages = new(HashModel.Shape with { Window = 40 });
        Scheduler scheduler = new(new ModelOptions { MaxBatch = 4 });
        for (int i = 0; i < 100; i++) Add(scheduler, pages, 5, 60 + i, "many");
        Step(scheduler, 30);
        WritingText little = Add(scheduler, pages, 5, 8, "little");
        Assert.InRange(Until(scheduler, () => little.IsOver), 1, 60 - 30 + 9);     // the next place that is free is its
        scheduler.Close();

        for (int i = 0; i < 100; i++) Add(scheduler, pages, 5, int.MaxValue, "many");
        Step(scheduler, 30);
        little = Add(scheduler, pages, 5, 8, "little");
        Assert.InRange(Until(scheduler, () => little.Written > 0), ServiceOrder.Turn - 31, ServiceOrder.Turn + 1);
        scheduler.Close();
        Assert.Equal(0, pages.Held);
    }

    [Fact]
    public void The_urgent_take_places_and_pages_and_who_lost_them_goes_on_later()
    {
        using PagePool pages = new(HashModel.Shape, 8 * HashModel.Shape.SetBytes);
        Scheduler scheduler = new(new ModelOptions { MaxBatch = 2 });
        WritingText[] plain = [Add(scheduler, pages, 5, 60), Add(scheduler, pages, 5, 60), Add(scheduler, pages, 5, 5)];
        Step(scheduler, 3);
        WritingText urgent = Add(scheduler, pages, 5, 10, priority: -1), large = Add(scheduler, pages, 190, 10, priority: -1),
            slow = Add(scheduler, pages, 3, 3, priority: 9);
        Step(scheduler, 2);
        Assert.Equal((2, 0), (urgent.Written, plain[1].Cache.Length));     // the last of the less urgent gave its place, and its pages
        Assert.True(large.Cache.Length > 0);

        int steps = Until(scheduler, () => large.IsOver && urgent.IsOver);
        Assert.InRange(steps, 8, 20);
        Assert.False(plain[0].IsOver || plain[1].IsOver);
        Until(scheduler, () => slow.Written > 0);
        Assert.All(plain, text => Assert.True(text.Written > 0));       // who is least urgent begins last
        Until(scheduler, () => scheduler.IsIdle);
        Assert.All(plain, text => Assert.True(text.IsOver));
        Assert.Equal(0, pages.Held);
    }

    [Fact]
    public void Rows_beyond_one_each_go_to_the_tenant_for_whom_the_least_was_done()
    {
        using PagePool pages = new(HashModel.Shape);
        Scheduler scheduler = new(new ModelOptions { MaxBatch = 8 });
        RowShare[] requests = [.. Enumerable.Range(0, 3).Select(i => new RowShare(new Ticket { Tenant = i == 0 ? "one" : "other" }))];
        WritingText[][] texts = [.. requests.Select(request => Enumerable.Range(0, 10).Select(_ => Add(scheduler, pages, 5, 1000, request)).ToArray())];
        Step(scheduler, 200);

        int[] written = [.. texts.Select(own => own.Sum(text => text.Written))];
        Assert.InRange(written[0] / (double)(written[1] + written[2]), 0.98, 1.02);
        Assert.InRange(written[1] / (double)written[2], 0.98, 1.02);
        Assert.All(texts, own => Assert.InRange(own.Max(text => text.Written) - own.Min(text => text.Written), 0, 2));
        scheduler.Close();
    }

    private static WritingText Add(Scheduler scheduler, PagePool pages, int prompt, int tokens, string tenant = "", int priority = 0) =>
        Add(scheduler, pages, prompt, tokens, new RowShare(new Ticket { Tenant = tenant, PromptTokens = prompt, Priority = priority }));

    private static WritingText Add(Scheduler scheduler, PagePool pages, int prompt, int tokens, RowShare request)
    {
        WritingText text = new(pages, prompt, tokens, request);
        scheduler.Add(text);
        return text;
    }

    private void Step(Scheduler scheduler, int steps)
    {
        for (int i = 0; i < steps; i++) _model.Step(scheduler);
    }

    private int Until(Scheduler scheduler, Func<bool> isSo)
    {
        int steps = 0;
        for (; !isSo() && steps < 10_000; steps++) _model.Step(scheduler);
        return steps;
    }

    /// <summary>Tokens read and written until then, the latter twice; prompts count when they have been read.</summary>
    private static long Work(Run[] runs, TimeSpan end) => runs.Sum(run =>
    {
        int written = run.Tokens.Count(token => token.Elapsed <= end);
        return 2L * written + (written > 0 ? run.Result.PromptIds.Count : 0);
    });
}
