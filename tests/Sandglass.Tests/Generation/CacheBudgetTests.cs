using System.Globalization;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.KvCache;

namespace Sandglass.Tests.Generation;

/// <summary>What the cache's memory allows, seen from outside.</summary>
public class CacheBudgetTests(TypedModelFiles files, Grain grain) : IClassFixture<TypedModelFiles>, IClassFixture<Grain>
{
    [Fact]
    public async Task Many_texts_within_a_small_budget_are_what_they_are_alone_beside_cancelled_and_failing_ones()
    {
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheMemory = 9 * grain.Model.Pages.Shape.SetBytes });
        int[][] prompts = [.. Enumerable.Range(0, 6).Select(i => Evidence.Ids(10 + 30 * i, 4096))];
        using CancellationTokenSource cancel = new();
        TextGeneration cancelled = tight.GenerateAsync(prompts[3], new GenerationOptions { MaxTokens = 90, IgnoreEnd = true }, cancel.Token);
        Task<Run>[] together = [.. prompts.Select(prompt => Evidence.OfRun(tight, prompt, tokens: 60))];
        await foreach (GeneratedToken token in cancelled)
            if (token.Index == 7) await cancel.CancelAsync();

        Run[] found = await Task.WhenAll(together);
        for (int i = 0; i < prompts.Length; i++)
            Assert.Equal((await Evidence.OfRun(grain.Model, prompts[i], tokens: 60)).Hashes, found[i].Hashes);
        Assert.Equal(0, tight.Pages.Held);
    }

    [Theory, InlineData(60, 5, true), InlineData(60, 6, false), InlineData(64, 1, true), InlineData(65, 1, false), InlineData(65, 0, false)]
    public async Task A_text_that_can_never_fit_is_refused_with_both_numbers(int prompt, int tokens, bool fits)
    {
        CacheShape shape = grain.Model.Pages.Shape;
        // room for 64 positions
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheMemory = 3 * shape.SetBytes - 1 });
        if (fits)
        {
            Assert.Equal(tokens, (await Evidence.OfRun(tight, Evidence.Ids(prompt, 4096), tokens)).Ids.Length);
            return;
        }
        GenerationException refused = Assert.Throws<GenerationException>(() =>
            tight.GenerateAsync(Evidence.Ids(prompt, 4096), new GenerationOptions { MaxTokens = tokens }));
        Assert.Equal("cache-too-small", refused.Code);
        Assert.Contains($"{3 * shape.SetBytes} bytes", refused.Expected, StringComparison.Ordinal);
        Assert.Contains($"{3 * shape.SetBytes - 1} bytes", refused.Found, StringComparison.Ordinal);
        Assert.Throws<GenerationException>(() => tight.ScoreAsync(Evidence.Ids(66, 4096)));
    }

    [Fact]
    public async Task Who_asks_for_no_number_of_tokens_gets_as_many_as_there_is_room_for()
    {
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheMemory = 2 * grain.Model.Pages.Shape.SetBytes });
        Run run = await Run.Of(tight, Evidence.Ids(30, 4096), new GenerationOptions { IgnoreEnd = true });

        Assert.Equal((FinishReason.Context, 35), (run.Result.Finish, run.Ids.Length)); // 64 positions enter, and one more token is written
    }

    [Fact]
    public async Task Pages_that_no_text_has_used_for_long_are_kept_no_more()
    {
        Hands clock = new();
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = clock });
        await Run.Of(model, Evidence.Ids(100, 4096), new GenerationOptions { MaxTokens = 2 });
        GenerationOptions other = new() { MaxTokens = 1, ShareCache = false };
        await Run.Of(model, [1], other);
        Assert.Equal(3 * model.Shape.Layers, model.Pages.Kept);

        clock.Now += TimeSpan.FromMinutes(6);
        await Run.Of(model, [1], other);
        await Run.Of(model, [1], other);    // between the two its pages were looked at
        Assert.Equal((0, 0), (model.Pages.Kept, model.Pages.Held));
        Assert.InRange(model.Pages.Discarded, 3 * model.Shape.Layers, int.MaxValue);
    }

    private static readonly CacheShape Large = new(32, 8, 128, 128, CacheType.F16);   // of an 8B model: 131,072 bytes a position

    [Theory]
    [InlineData(131_072, 40L << 30, 131_072)]       // half of the free memory holds one text
    [InlineData(131_072, 24L << 30, 131_072)]       // four fifths do
    [InlineData(131_072, 10L << 30, 65_537)]        // they do not: the last position is never read
    [InlineData(16_777_216, 25L << 30, 163_841)]    // a hostile file
    [InlineData(4_096, 0, 33)]                      // no memory to speak of: one page
    public void By_default_no_more_than_free_memory_and_a_context_that_fits(int context, long free, int expected)
    {
        CacheBudget budget = CacheBudget.For(asked: 0, Large, draft: null, context, free);

        Assert.InRange(budget.Total, Large.SetBytes, Math.Max(free / 5 * 4, Large.SetBytes));
        Assert.Equal(expected, budget.ContextWithin(context));
        Assert.InRange(budget.Idle, 0, Math.Min(budget.Total / 4, 1L << 30));
    }

    [Fact]
    public void Of_plenty_of_memory_no_more_than_all_requests_can_fill()
    {
        CacheShape shape = grain.Model.Pages.Shape;
        Assert.Equal(StepBudget.Requests * 32 * shape.SetBytes, CacheBudget.For(0, shape, null, 1024, 1L << 40).Total);
    }

    [Fact]
    public void A_context_that_memory_does_not_hold_is_said()
    {
        using LanguageModel model = LanguageModel.Load(files[TensorType.Q8_0], new ModelOptions { CacheType = CacheType.F32, Context = 1 << 20 });
        Assert.Equal(model.Context < 1 << 20, model.ContextBeforeLimit == 1 << 20);
        Assert.Null(grain.Model.ContextBeforeLimit);
    }

    [Fact]
    public async Task A_drafting_models_pages_are_part_of_the_memory()
    {
        const long Memory = 1_000_000;
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-6m", new ModelOptions { Draft = "embedded:grain-1m", CacheMemory = Memory });
        using LanguageModel alone = LanguageModel.LoadEmbedded("grain-6m");
        Assert.InRange(model.Pages.Budget + model.DraftPages!.Budget, 1, Memory);
        GenerationOptions options = new() { MaxTokens = 60, IgnoreEnd = true, ShareCache = false, Draft = DraftKind.Model };

        int[][] prompts = [.. Enumerable.Range(0, 6).Select(i => Evidence.Ids(100 + i, 4096))];
        Run[] runs = await Task.WhenAll(prompts.Select(prompt => Run.Of(model, prompt, options with { Sampling = Evidence.Sampled })));

        for (int i = 0; i < runs.Length; i++)
            Assert.Equal((await Run.Of(alone, prompts[i], options with { Sampling = Evidence.Sampled, Draft = DraftKind.None })).Ids, runs[i].Ids);
        Assert.Equal((0, 0), (model.Pages.Held, model.DraftPages.Held));

        GenerationException refused = Assert.Throws<GenerationException>(() => model.GenerateAsync(Evidence.Ids(400, 4096), options));
        long number = long.Parse(refused.Expected.Split(' ')[2], CultureInfo.InvariantCulture);
        using LanguageModel enough = LanguageModel.LoadEmbedded("grain-6m", new ModelOptions { Draft = "embedded:grain-1m", CacheMemory = number });
        Assert.Equal(60, (await Run.Of(enough, Evidence.Ids(400, 4096), options)).Ids.Length);
    }

    /// <summary>A clock that is set by hand.</summary>
    private sealed class Hands : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
