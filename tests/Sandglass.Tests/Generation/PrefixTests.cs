using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

/// <summary>Texts with the same beginning read each other's pages, and no bit of theirs changes.</summary>
public class PrefixTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly GenerationOptions Shared = new() { Sampling = Evidence.Sampled, MaxTokens = 6, IgnoreEnd = true, HashLogits = true };

    [Fact]
    public async Task A_hit_changes_no_bit_at_any_length_around_a_page()
    {
        foreach (ModelOptions mode in Evidence.Modes)
        {
            using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", mode), fresh = LanguageModel.LoadEmbedded("grain-1m", mode);
            await Run.Of(model, Evidence.Ids(130, 4096), Shared);
            foreach (int common in (int[])[31, 32, 33, 63, 64, 65])
            {
                foreach (int length in (int[])[common, common + 1, 100])
                {
                    int[] prompt = [.. Evidence.Ids(common, 4096), .. Enumerable.Range(200 + 10 * length + common, length - common)];
                    Run hit = await Run.Of(model, prompt, Shared), alone = await Run.Of(fresh, prompt, Shared with { ShareCache = false });

                    Assert.Equal(alone.Hashes, hit.Hashes);
                    int cached = Math.Min(common / 32, (length - 1) / 32) * 32;
                    Assert.Equal((cached, 0), (hit.Result.CachedTokens, alone.Result.CachedTokens));
                    Assert.Equal((long)model.Shape.Layers * (length + 5 - cached), hit.Result.LayerTokenPasses);     // what was really done
                    Assert.Equal(alone.Result.CacheBytes, hit.Result.CacheBytes);
                }
            }
            Assert.Equal(0, model.Pages.Held);
        }
    }

    [Theory, InlineData(20, 13), InlineData(20, 12), InlineData(20, 14), InlineData(40, 90)]
    public async Task A_conversation_goes_on_from_the_pages_of_what_was_written(int length, int tokens)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        int[] prompt = Evidence.Ids(length, 4096);
        Run first = await Run.Of(model, prompt, Shared with { MaxTokens = tokens });
        int[] next = [.. prompt, .. first.Ids, .. Evidence.Ids(40, 4096)];
        Run second = await Run.Of(model, next, Shared);

        Assert.Equal((length + tokens - 1) / 32 * 32, second.Result.CachedTokens);
        Assert.Equal((await Evidence.OfRun(grain.Model, next, tokens: 6)).Hashes, second.Hashes);
    }

    [Fact]
    public async Task Texts_under_way_share_too_and_a_cancelled_one_leaves_what_it_read()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheMemory = 40 * grain.Model.Pages.Shape.SetBytes });
        using CancellationTokenSource cancel = new();
        TextGeneration cancelled = model.GenerateAsync(Evidence.Ids(200, 4096), Shared with { MaxTokens = 400 }, cancel.Token);
        List<Task<Run>> others = [];
        await foreach (GeneratedToken token in cancelled)
        {
            if (token.Index == 3) others.AddRange(Enumerable.Range(0, 3).Select(i => Run.Of(model, Evidence.Ids(150 + 10 * i, 4096), Shared)));
            if (token.Index == 20) await cancel.CancelAsync();
        }
        Run[] found = await Task.WhenAll(others);
        for (int i = 0; i < found.Length; i++)
        {
            Assert.Equal((149 + 10 * i) / 32 * 32, found[i].Result.CachedTokens);
            Assert.Equal((await Evidence.OfRun(grain.Model, Evidence.Ids(150 + 10 * i, 4096), tokens: 6)).Hashes, found[i].Hashes);
        }
        Assert.Equal(192, (await Run.Of(model, Evidence.Ids(200, 4096), Shared)).Result.CachedTokens);
        Assert.Equal(0, model.Pages.Held);
    }

    [Fact]
    public async Task Who_wants_no_cache_or_none_shared_neither_takes_nor_leaves()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        int[] prompt = Evidence.Ids(70, 4096);
        foreach (GenerationOptions apart in (GenerationOptions[])[Shared with { NoCache = true }, Shared with { ShareCache = false }])
        {
            Assert.Equal(0, (await Run.Of(model, prompt, apart)).Result.CachedTokens);
            Assert.Equal((0, 0), (model.Pages.Held, model.Pages.Kept));
        }
        await Run.Of(model, prompt, Shared);
        Assert.Equal(0, (await Run.Of(model, prompt, Shared with { NoCache = true })).Result.CachedTokens);
        Assert.Equal(64, (await Run.Of(model, prompt, Shared)).Result.CachedTokens);
    }
}
