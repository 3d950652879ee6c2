using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

/// <summary>A window with sinks: the same bits however it is computed, and memory that does not grow.</summary>
public class WindowTests(Grain grain) : IClassFixture<Grain>
{
    [Theory, InlineData(40, 4), InlineData(40, 0), InlineData(33, 70), InlineData(300, 4)]
    public async Task Same_bits_whatever_the_chunks_the_threads_and_the_cache(int window, int sinks)
    {
        int[] prompt = Evidence.Ids(650, 4096);
        ModelOptions mode = new() { Window = window, SinkTokens = sinks, Threads = 1 };
        string?[]? expected = null;
        foreach (int threads in (int[])[1, 2])
        {
            using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", mode with { Threads = threads });
            foreach (int chunk in (int[])[0, 7, 32, 100])
            {
                Run run = await Evidence.OfRun(model, prompt, tokens: 8, chunk);
                expected ??= run.Hashes;
                Assert.Equal(expected, run.Hashes);
                Assert.Equal(expected, (await Evidence.OfText(model, [.. prompt, .. run.Ids], chunk))[^8..]);
            }
            Assert.Equal(expected, (await Evidence.OfRun(model, prompt, tokens: 8, noCache: true)).Hashes);
            GenerationOptions shared = new() { Sampling = Evidence.Sampled, MaxTokens = 8, IgnoreEnd = true, HashLogits = true };
            await Run.Of(model, prompt, shared);
            Run hit = await Run.Of(model, prompt, shared);
            Assert.Equal(expected, hit.Hashes);
            Assert.Equal(640, hit.Result.CachedTokens);
            Assert.Equal(0, model.Pages.Held);
        }
        Assert.NotEqual((await Evidence.OfRun(grain.Model, prompt, tokens: 8)).Hashes, expected);
    }

    [Fact]
    public async Task A_text_that_fits_into_window_and_sinks_is_what_it_is_without()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Window = 60, SinkTokens = 4 });
        Run plain = await Evidence.OfRun(grain.Model, Evidence.Ids(30, 4096), tokens: 60),
            seen = await Evidence.OfRun(model, Evidence.Ids(30, 4096), tokens: 60);

        Assert.Equal(plain.Hashes[..35], seen.Hashes[..35]);  // logits of 64 positions
        Assert.NotEqual(plain.Hashes[35], seen.Hashes[35]);
        Assert.True(seen.Result.MultiplyAdds.Attention < plain.Result.MultiplyAdds.Attention);
    }

    [Fact]
    public async Task A_long_text_takes_no_more_pages_than_a_short_one_and_the_context_bounds_the_prompt_only()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Window = 64, Context = 128 });
        int most = 0;
        TextGeneration generation = model.GenerateAsync(Evidence.Ids(100, 4096),
            new GenerationOptions { Sampling = Evidence.Sampled, MaxTokens = 6000, IgnoreEnd = true, ShareCache = false });
        await foreach (GeneratedToken token in generation)
            if (token.Index > 0) most = Math.Max(most, model.Pages.Held);

        GenerationResult result = await generation.Result;
        Assert.Equal((FinishReason.Length, 6000), (result.Finish, result.CompletionTokens));
        Assert.InRange(most, 0, 5 * model.Shape.Layers);        // the sinks' page, and three or four that the window touches
        Assert.Throws<GenerationException>(() => model.GenerateAsync(Evidence.Ids(129, 4096)));
    }
}
