using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

/// <summary>Scores of a prompt and the text after it: whatever comes second begins with the pages of the first, and no bit of either changes.</summary>
public sealed class PromptScoreTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly ScoreOptions Scores = new() { HashLogits = true, Logprobs = 5 };
    private static readonly GenerationOptions Text = new() { Sampling = Evidence.Sampled, MaxTokens = 6, IgnoreEnd = true, HashLogits = true };

    [Theory, InlineData(1), InlineData(31), InlineData(32), InlineData(33, true), InlineData(64), InlineData(65), InlineData(100)]
    public async Task A_text_after_its_prompts_scores_reads_the_last_page_only(int length, bool inAllModes = false)
    {
        foreach (ModelOptions mode in inAllModes ? Evidence.Modes : [new ModelOptions()])
        {
            using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", mode), fresh = LanguageModel.LoadEmbedded("grain-1m", mode);
            int[] prompt = Evidence.Ids(length, 4096);

            TokenScore[] scores = await Run.Score(model, prompt, Scores);
            Run text = await Run.Of(model, prompt, Text);

            Assert.Equal((length - 1) / 32 * 32, text.Result.CachedTokens);
            Assert.Equal((await Run.Of(fresh, prompt, Text with { ShareCache = false })).Hashes, text.Hashes);
            Assert.Equal((await Run.Score(fresh, prompt, Scores with { ShareCache = false })).Select(Line), scores.Select(Line));
            Assert.Equal(length - 1, scores.Length);
            Assert.Equal(0, model.Pages.Held);
        }
    }

    [Fact]
    public async Task Scores_take_pages_where_no_score_is_asked_for_and_there_alone()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        int[] text = Evidence.Ids(130, 4096);
        string[] whole = [.. (await Run.Score(grain.Model, text, Scores)).Select(Line)];
        await Run.Of(model, text, Text);
        (long hits, long queried) = (model.Pages.PrefixHitTokens, model.Pages.PrefixQueriedTokens);

        foreach (int from in (int[])[0, 1, 31, 32, 33, 64, 65, 127, 128, 129, 130])
        {
            int read = 0;
            ScoreOptions options = Scores with { From = from, Progress = new Handler(progress => Interlocked.Exchange(ref read, progress)) };
            TokenScore[] scores = await Run.Score(model, text, options with { PrefillChunk = 1 });

            Assert.Equal(whole[Math.Min(from, whole.Length)..], scores.Select(Line));
            Assert.Equal(129, read);
            int found = Math.Min(from, 128) / 32 * 32;
            Assert.Equal((found, from == 0 ? 0 : Math.Min(from + 1, 129)), (model.Pages.PrefixHitTokens - hits, model.Pages.PrefixQueriedTokens - queried));
            (hits, queried) = (model.Pages.PrefixHitTokens, model.Pages.PrefixQueriedTokens);
        }
        Assert.Equal(0, model.Pages.Held);
    }

    [Fact]
    public async Task Scores_that_share_nothing_or_with_others_leave_nothing()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        int[] text = Evidence.Ids(100, 4096);

        await Run.Score(model, text, Scores with { ShareCache = false });
        Assert.Equal(0, model.Pages.Kept);
        await Run.Score(model, text, Scores with { CacheSalt = "a" });
        Assert.Equal(0, (await Run.Of(model, text, Text)).Result.CachedTokens);
        Assert.Equal(96, (await Run.Of(model, text, Text with { CacheSalt = "a" })).Result.CachedTokens);
    }

    [Fact]
    public async Task Preempted_scores_come_once_each_and_are_the_same()
    {
        using HeldEngine held = new();
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m",
            new ModelOptions { Time = held, CacheMemory = 14 * grain.Model.Pages.Shape.SetBytes });
        int[][] texts = [.. Enumerable.Range(0, 5).Select(i => Evidence.Ids(220, 4096).Select(id => (id + 7 * i) % 4096).ToArray())];

        Task<Run>[] beside = [.. texts.Take(3).Select(text => Run.Of(tight, text[..40], Text with { MaxTokens = 120 }))];
        Task<TokenScore[]>[] scored = [.. texts.Select(text => Run.Score(tight, text, Scores with { PrefillChunk = 4 }))];
        held.Release();
        TokenScore[][] scores = await Task.WhenAll(scored);
        await Task.WhenAll(beside);
        Assert.True(tight.Activity.Preemptions > 0, "none was preempted: the test shows nothing");

        for (int i = 0; i < texts.Length; i++)
            Assert.Equal((await Run.Score(grain.Model, texts[i], Scores with { ShareCache = false })).Select(Line), scores[i].Select(Line));
        Assert.Equal(0, tight.Pages.Held);
    }

    private static string Line(TokenScore score) =>
        $"{score.Index} {score.Id} {score.Next} {BitConverter.SingleToInt32Bits(score.Logprob)} {score.Rank} {score.LogitsHash} {string.Join(',', score.Top)}";

    private sealed class Handler(Action<int> read) : IProgress<(int Read, int Total)>
    {
        public void Report((int Read, int Total) value) => read(value.Read);
    }
}
