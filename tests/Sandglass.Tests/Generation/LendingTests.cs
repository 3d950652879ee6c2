using Sandglass.Generation;
using Sandglass.KvCache;

namespace Sandglass.Tests.Generation;

/// <summary>Two models that have one budget, each with its own engine: what one does not use the other may, none waits for the other, and no text
/// changes.</summary>
public sealed class LendingTests(LendingTests.Ample ample) : IClassFixture<LendingTests.Ample>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);   // for what would never come

    [Fact]
    public async Task One_may_use_nearly_all_and_the_other_has_its_floor_at_once_and_more_when_beginnings_are_taken_back()
    {
        SharedCache shared = new();
        using LanguageModel a = Load("grain-1m", shared, sets: 75), b = Load("grain-6m", shared, sets: 90);
        (long floor, long most) = (b.Pages.Floor, b.Pages.Most);
        Assert.InRange(most, floor + 20, 170);
        Assert.Equal((a.Pages.Floor, b.Pages.Floor), (a.Pages.Capacity, b.Pages.Capacity));
        for (int i = 0; a.Pages.Kept / a.Shape.Layers < a.Pages.Most - 3; i++)     // one after the other: beginnings, which no text holds
        {
            Assert.InRange(i, 0, 100);
            await Run.Of(a, [i, .. Evidence.Ids(120, 4096)], new GenerationOptions { MaxTokens = 1 });
        }
        Assert.Equal((a.Activity.MostPages, a.Activity.MostPages), (a.Activity.Pages, a.Pages.Most));
        (int kept, long had) = (a.Pages.Kept, a.Pages.Capacity);

        Run one = await Of(b, 0, b.Context - 40, 40).WaitAsync(Patience);
        Assert.Equal((await Of(ample.B, 0, b.Context - 40, 40)).Hashes, one.Hashes);
        Assert.Equal((kept, had), (a.Pages.Kept, a.Pages.Capacity));       // that fits into what is its own

        Run[] many = await Task.WhenAll(Enumerable.Range(1, 28).Select(i => Of(b, i, 100, 10))).WaitAsync(Patience);
        for (int i = 0; i < many.Length; i++) Assert.Equal((await Of(ample.B, 1 + i, 100, 10)).Hashes, many[i].Hashes);
        Assert.True(b.Pages.Capacity > floor && a.Pages.Capacity < had && a.Pages.Kept < kept);
        AssertWhole(shared, a, b);
    }

    [Fact]
    public async Task Random_loads_within_little_memory_change_no_text_and_leave_no_page_held()
    {
        for (int seed = 1; seed <= 2; seed++)
        {
            SharedCache shared = new();
            Random random = new(seed);
            using LanguageModel a = Load("grain-1m", shared, 67 + random.Next(12)), b = Load("grain-6m", shared, 67 + random.Next(6));
            Task[] callers = [.. Enumerable.Range(0, 24).Select(i => CallerAsync(i % 2 == 0 ? a : b, i % 2 == 0 ? ample.A : ample.B, random.Next()))];
            await Task.WhenAll(callers).WaitAsync(Patience);
            AssertWhole(shared, a, b);
        }
    }

    [Fact]
    public async Task A_model_that_leaves_gives_back_what_it_was_lent_and_takes_what_it_brought()
    {
        SharedCache shared = new();
        using LanguageModel b = Load("grain-6m", shared, sets: 90);
        LanguageModel a = Load("grain-1m", shared, sets: 90);
        (long bytes, long most) = (b.Pages.Most, 90 * b.Pages.Shape.SetBytes);
        Assert.True(bytes > 90);
        Task<Run>[] running = [.. Enumerable.Range(0, 30).Select(i => Of(b, i, 100, 5))];
        await Task.WhenAny(running);
        a.Dispose();
        await Task.WhenAll(running).WaitAsync(Patience);

        Assert.Equal((most, 90), (shared.Bytes, b.Pages.Most));
        await Run.Of(b, Evidence.Ids(10, 4096), new GenerationOptions { MaxTokens = 3 });      // between its steps it gives back what is too much
        AssertWhole(shared, b);
    }

    [Fact]
    public void A_part_that_holds_no_page_is_refused_at_loading()
    {
        SharedCache shared = new();
        using LanguageModel a = Load("grain-1m", shared, sets: 10);
        GenerationException refused = Assert.Throws<GenerationException>(() => Load("grain-6m", shared, sets: 0.9));
        Assert.Equal(("cache-part-too-small", nameof(ModelOptions.CacheMemory)), (refused.Code, refused.Option));
        Assert.Equal(10 * a.Pages.Shape.SetBytes, shared.Bytes);       // who does not come brings nothing
        Assert.Equal((10, 10), (a.Pages.Floor, a.Pages.Most));          // too little for a text as long as the context: then nothing is common
    }

    [Fact]
    public async Task The_largest_request_is_what_the_floor_holds_whatever_the_others_leave()
    {
        SharedCache shared = new();
        using LanguageModel a = Load("grain-1m", shared, sets: 3), b = Load("grain-6m", shared, sets: 200);
        GenerationException refused = Assert.Throws<GenerationException>(() =>
            a.GenerateAsync(Evidence.Ids(97, 4096), new GenerationOptions { MaxTokens = 1 }));
        Assert.Equal("cache-too-small", refused.Code);
        Assert.True(a.Pages.Most > 10);
        Assert.Equal(7, (await Of(a, 0, 90, 7)).Ids.Length);
    }

    [Fact]
    public void A_drafting_models_part_is_not_lent()
    {
        SharedCache shared = new();
        ModelOptions options = new() { Draft = "embedded:grain-1m", CacheMemory = 30_000_000, Threads = 1 };
        using LanguageModel alone = LanguageModel.LoadEmbedded("grain-6m", options);
        using LanguageModel lends = LanguageModel.LoadEmbedded("grain-6m", options with { SharedCache = shared });
        using LanguageModel other = Load("grain-1m", shared, sets: 70);

        Assert.Equal(alone.DraftPages!.Budget, lends.DraftPages!.Budget);
        Assert.Equal(alone.Pages.Budget + 70 * other.Pages.Shape.SetBytes, shared.Bytes);
        Assert.InRange(lends.Pages.Budget, 1, alone.Pages.Budget - 1);
    }

    private static LanguageModel Load(string name, SharedCache shared, double sets)
    {
        using LanguageModel shape = LanguageModel.LoadEmbedded(name, new ModelOptions { Threads = 1 });
        return LanguageModel.LoadEmbedded(name, new ModelOptions
        {
            Context = 128,
            Threads = 1,
            CacheMemory = (long)(sets * shape.Pages.Shape.SetBytes),
            SharedCache = shared,
        });
    }

    private static Task<Run> Of(LanguageModel model, int number, int prompt, int tokens) => Run.Of(model, [number, .. Evidence.Ids(prompt - 1, 4096)],
        new GenerationOptions { Sampling = Evidence.Sampled, MaxTokens = tokens, IgnoreEnd = true, HashLogits = true });

    private static async Task CallerAsync(LanguageModel model, LanguageModel alone, int seed)
    {
        Random random = new(seed);
        for (int turn = 0; turn < 3; turn++)
        {
            (int number, int prompt, int tokens) = (random.Next(6), random.Next(2, 110), random.Next(1, 16));
            if (random.Next(4) == 0)
            {
                using CancellationTokenSource leaves = new();
                TextGeneration left = model.GenerateAsync(Evidence.Ids(prompt, 4096), new GenerationOptions { MaxTokens = 15, IgnoreEnd = true }, leaves.Token);
                await foreach (GeneratedToken token in left)
                    if (token.Index == random.Next(15)) await leaves.CancelAsync();
            }
            Assert.Equal((await Of(alone, number, prompt, tokens)).Hashes, (await Of(model, number, prompt, tokens)).Hashes);
        }
    }

    /// <summary>No page is held, and what all have together, and could have, is the budget.</summary>
    private static void AssertWhole(SharedCache shared, params LanguageModel[] models)
    {
        SpinWait.SpinUntil(() => models.All(model => model.Pages.Held == 0 && model.Pages.Reachable == model.Pages.Most), Patience);
        Assert.All(models, model => Assert.Equal((0, model.Pages.Most), (model.Pages.Held, model.Pages.Reachable)));
        Assert.InRange(models.Sum(model => model.Pages.Capacity * model.Pages.Shape.SetBytes), 1, shared.Bytes);
        Assert.All(models, model => Assert.InRange(model.Pages.Capacity, model.Pages.Floor, model.Pages.Most));
    }

    /// <summary>The same models with all the memory they want.</summary>
    public sealed class Ample : IDisposable
    {
        public LanguageModel A { get; } = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Threads = 1 });

        public LanguageModel B { get; } = LanguageModel.LoadEmbedded("grain-6m", new ModelOptions { Threads = 1 });

        public void Dispose()
        {
            A.Dispose();
            B.Dispose();
        }
    }
}
