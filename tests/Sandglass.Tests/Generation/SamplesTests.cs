using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>Several texts from one prompt: read once, forked, each what it would be alone with its seed.</summary>
public sealed class SamplesTests(Grain grain) : IClassFixture<Grain>
{
    private const ulong Seed = 40;

    private LanguageModel Model => grain.Model;

    [Theory, InlineData(1), InlineData(31), InlineData(32), InlineData(33), InlineData(70)]
    public async Task Each_is_the_run_with_its_own_seed_and_the_prompt_is_read_once(int promptLength)
    {
        int[] prompt = Evidence.Ids(promptLength, 4096);

        Run[] samples = await All(Model.GenerateSamples(prompt, 5, Options(40)));

        for (int i = 0; i < samples.Length; i++)
        {
            Run alone = await Run.Of(Model, prompt, Options(40, Seed + (ulong)i));
            Assert.Equal(alone.Hashes, samples[i].Hashes);
            Assert.Equal(alone.Ids, samples[i].Ids);
            Assert.Equal((alone.Result.Finish, alone.Result.Seed), (samples[i].Result.Finish, samples[i].Result.Seed));
            int read = (i == 0 ? promptLength : 0) + samples[i].Ids.Length - 1;
            Assert.Equal((long)Model.Shape.Layers * read, samples[i].Result.LayerTokenPasses);
        }
        Assert.True(samples.Select(sample => sample.Text).Distinct().Count() > 1);
        Assert.Equal(0, Model.Pages.Held);
    }

    [Fact]
    public async Task Without_a_cache_they_are_the_same()
    {
        int[] prompt = Evidence.Ids(20, 4096);

        Run[] cached = await All(Model.GenerateSamples(prompt, 3, Options(8)));
        Run[] uncached = await All(Model.GenerateSamples(prompt, 3, Options(8) with { NoCache = true }));

        Assert.Equal(cached.SelectMany(run => run.Hashes), uncached.SelectMany(run => run.Hashes));
        Assert.Equal(0, Model.Pages.Held);
    }

    [Fact]
    public async Task Who_leaves_one_leaves_the_others_to_go_on()
    {
        IReadOnlyList<TextGeneration> generations = Model.GenerateSamples(Evidence.Ids(9, 4096), 3, Options(300) with { EndIds = [] });
        await foreach (GeneratedToken _ in generations[1]) break;

        Assert.Equal(FinishReason.Cancelled, (await generations[1].Result).Finish);
        Assert.Equal(FinishReason.Length, (await Run.Read(generations[0])).Result.Finish);
        Assert.Equal(FinishReason.Length, (await Run.Read(generations[2])).Result.Finish);
        Assert.Equal(0, Model.Pages.Held);
    }

    [Fact]
    public async Task Those_that_are_never_born_end_as_the_first_does()
    {
        Run[] none = await All(Model.GenerateSamples(Evidence.Ids(9, 4096), 3, Options(0)));
        Run[] cancelled = await All(Model.GenerateSamples(Evidence.Ids(9, 4096), 3, Options(9), new CancellationToken(canceled: true)));

        Assert.All(none, run => Assert.Equal((FinishReason.Length, 0), (run.Result.Finish, run.Tokens.Length)));
        Assert.Equal([Seed, Seed + 1, Seed + 2], none.Select(run => run.Result.Seed));
        Assert.All(cancelled, run => Assert.Equal((FinishReason.Cancelled, 0L), (run.Result.Finish, run.Result.LayerTokenPasses)));
    }

    [Fact]
    public async Task Those_that_are_never_born_fail_as_the_first_does()
    {
        GenerationOptions options = Options(9) with { PrefillChunk = 8, PromptProgress = new Failing() };
        IReadOnlyList<TextGeneration> generations = Model.GenerateSamples(Evidence.Ids(40, 4096), 3, options);

        foreach (TextGeneration generation in generations)
            Assert.Equal("no more", (await Assert.ThrowsAsync<InvalidOperationException>(() => Run.Read(generation))).Message);
        Assert.Equal(0, Model.Pages.Held);
    }

    private sealed class Failing : IProgress<(int Read, int Total)>
    {
        public void Report((int Read, int Total) value) => throw new InvalidOperationException("no more");
    }

    [Fact]
    public async Task More_than_run_at_once_wait_for_their_turn()
    {
        IReadOnlyList<TextGeneration>[] requests = [.. Enumerable.Range(0, 3)
            .Select(_ => Model.GenerateSamples(Evidence.Ids(40, 4096), 50, Options(6) with { EndIds = [] }))];

        foreach (IReadOnlyList<TextGeneration> request in requests)
            Assert.All(await All(request), run => Assert.Equal(6, run.Tokens.Length));
        Assert.Equal(0, Model.Pages.Held);
    }

    [Theory, InlineData(0), InlineData(65)]
    public void As_many_as_run_at_once_may_be_asked_for(int samples) =>
        Assert.Equal("samples", Assert.Throws<GenerationException>(() => Model.GenerateSamples([1], samples)).Option);

    private static GenerationOptions Options(int tokens, ulong seed = Seed) =>
        new() { Sampling = new SamplerOptions { Seed = seed }, MaxTokens = tokens, HashLogits = true, ShareCache = false };

    private static async Task<Run[]> All(IReadOnlyList<TextGeneration> generations) => await Task.WhenAll(generations.Select(Run.Read));
}
