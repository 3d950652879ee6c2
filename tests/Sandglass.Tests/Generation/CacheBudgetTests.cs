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
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheMemory = 3 * shape.SetBytes - 1 });    // room for 64 positions
        if (fits)
        {
            Assert.Equal(tokens, (await Evidence.OfRun(tight, Evidence.Ids(prompt, 4096), tokens)).Ids.Length);
            return;
        }
        GenerationException refused = Assert.Throws<GenerationException>(() => tight.GenerateAsync(Evidence.Ids(prompt, 4096), new GenerationOptions { MaxTokens = tokens }));
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
    public void Without_a_number_there_is_room_for_one_text_as_long_as_the_context()
    {
        using LanguageModel model = LanguageModel.Load(files[TensorType.Q8_0], new ModelOptions { CacheType = CacheType.F32, Context = 1 << 20 });
        Assert.InRange(model.Pages.Capacity, (1 << 20) / 32, StepBudget.Sequences * (1L << 20) / 32);
    }
}
