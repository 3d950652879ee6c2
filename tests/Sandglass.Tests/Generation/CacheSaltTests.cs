using Sandglass.Generation;

namespace Sandglass.Tests.Generation;

/// <summary>Only texts of one salt share pages, whatever kind of request they are; and what was cached is told and counted rightly.</summary>
public sealed class CacheSaltTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly int[] Prompt = Evidence.Ids(100, 4096);
    private static readonly GenerationOptions Options = new() { Sampling = Evidence.Sampled, MaxTokens = 6, IgnoreEnd = true, HashLogits = true };

    [Fact]
    public async Task A_text_finds_only_what_texts_of_its_salt_left_and_no_bit_depends_on_it()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        string?[] hashes = (await Run.Of(grain.Model, Prompt, Options)).Hashes;
        string?[] salts = [null, "a", "b", "", new string('x', 1024)];
        foreach (int expected in (int[])[0, 96])
        {
            foreach (string? salt in salts)
            {
                Run run = await Run.Of(model, Prompt, Options with { CacheSalt = salt });
                Assert.Equal(expected, run.Result.CachedTokens);
                Assert.Equal(hashes, run.Hashes);
            }
        }
        Assert.Equal((5 * 96, 10 * 100), (model.Pages.PrefixHitTokens, model.Pages.PrefixQueriedTokens));
    }

    [Fact]
    public async Task Samples_and_beams_take_and_leave_pages_of_their_salt()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        GenerationOptions ours = Options with { CacheSalt = "ours" }, beams = ours with { Sampling = new(), Beams = new BeamOptions { Beams = 3 } };
        Run alone = await Run.Of(grain.Model, Prompt, beams with { ShareCache = false });

        Run first = await Run.Of(model, Prompt, beams), second = await Run.Of(model, Prompt, beams);
        Assert.Equal((0, 96), (first.Result.CachedTokens, second.Result.CachedTokens));
        Assert.Equal(0, alone.Result.CachedTokens);
        foreach (Run run in (Run[])[first, second])
        {
            Assert.Equal(alone.Result.Beams!.Select(beam => (string.Join(',', beam.Ids), beam.Score)),
                run.Result.Beams!.Select(beam => (string.Join(',', beam.Ids), beam.Score)));
            Assert.Equal(alone.Hashes, run.Hashes);
        }
        Assert.Equal((0, 3 * model.Shape.Layers), (model.Pages.Held, model.Pages.Kept));     // of the beams' own texts nothing is kept

        Assert.Equal(0, (await Run.Of(model, Prompt, Options with { CacheSalt = "theirs" })).Result.CachedTokens);
        IReadOnlyList<TextGeneration> samples = model.GenerateSamples(Prompt, 3, ours);
        GenerationResult[] results = await Task.WhenAll(samples.Select(sample => sample.Result));
        Assert.All(results, result => Assert.Equal(96, result.CachedTokens));    // of the prompt that was read for all
        Assert.Equal((96 * 2, 100 * 4), (model.Pages.PrefixHitTokens, model.Pages.PrefixQueriedTokens));
    }

    [Fact]
    public async Task What_a_preempted_text_finds_of_its_own_is_no_hit()
    {
        using HeldEngine held = new();
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m",
            new ModelOptions { Time = held, CacheMemory = 14 * grain.Model.Pages.Shape.SetBytes });
        int[][] prompts = [.. Enumerable.Range(0, 6).Select(i => Evidence.Ids(100, 4096).Select(id => (id + 7 * i) % 4096).ToArray())];

        Task<Run>[] all = [.. prompts.Select(prompt => Run.Of(tight, prompt, Options with { MaxTokens = 120 }))];
        held.Release();
        Run[] runs = await Task.WhenAll(all);

        Assert.All(runs, run => Assert.Equal(0, run.Result.CachedTokens));
        Assert.True(tight.Activity.Preemptions > 0, "none was preempted: the test shows nothing");
        Assert.Equal((0, 600), (tight.Pages.PrefixHitTokens, tight.Pages.PrefixQueriedTokens));
    }

    [Fact]
    public void A_salt_is_bounded()
    {
        string salt = new('x', 1025);
        Assert.Equal("CacheSalt: expected at most 1024 characters, found 1025.",
            Assert.Throws<GenerationException>(() => { grain.Model.GenerateAsync(Prompt, Options with { CacheSalt = salt }); }).Message);
        Assert.Throws<GenerationException>(() => { grain.Model.ScoreAsync(Prompt, new ScoreOptions { CacheSalt = salt }); });
    }
}
