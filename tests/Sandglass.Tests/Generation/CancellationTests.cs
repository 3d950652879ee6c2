using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>Whoever is called off, at whatever point and in whatever way of writing, gives all pages back and says so.</summary>
public sealed class CancellationTests(CancellationTests.Pair models) : IClassFixture<CancellationTests.Pair>
{
    private const int PromptTokens = 70;    // over more than two pages
    private const int Chunk = 16;

    private static readonly GenerationOptions Plain = new()
    {
        Sampling = new SamplerOptions { Seed = 3 },
        IgnoreEnd = true,
        PrefillChunk = Chunk,
        ShareCache = false,
    };

    public static TheoryData<string> Ways => [.. Options.Keys];

    private static Dictionary<string, GenerationOptions> Options { get; } = new()
    {
        ["plain"] = Plain,
        ["without a cache"] = Plain with { NoCache = true },
        ["beams"] = Plain with { MaxTokens = 60, Beams = new BeamOptions { Beams = 3 }, Sampling = SamplerOptions.Greedy },
        ["lookup"] = Plain with { Draft = DraftKind.Lookup },
        ["draft model"] = Plain with { Draft = DraftKind.Model },
        ["rejection"] = Plain with { Draft = DraftKind.Model, DraftRejection = true },
        ["stop texts and a loop's end"] = Plain with { Stop = ["never in any tale", "\u2603"], LoopNgram = 40 },
        ["explained"] = Plain with { Explain = true, Logprobs = 3, HashLogits = true },
    };

    [Theory, MemberData(nameof(Ways))]
    public async Task While_the_prompt_is_read(string way)
    {
        foreach (LanguageModel model in Models(way))
        {
            int look = 1;
            for (; ; look++)    // at each look at the clock, of which each step has one
            {
                using CancellationTokenSource cancel = new();
                models.Clock.At(look, cancel.Cancel);
                Run run = await Run.Read(model.GenerateAsync(Evidence.Ids(PromptTokens, 4096), Options[way] with { TimeLimit = TimeSpan.FromHours(1) },
                    cancel.Token));
                NothingIsLeft(model);
                Assert.Equal(FinishReason.Cancelled, run.Result.Finish);
                if (run.Tokens.Length > 0) break;
                Assert.Null(run.Result.TimeToFirstToken);
            }
            Assert.InRange(look, PromptTokens / Chunk + 1, 100);
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task At_a_token(string way)
    {
        foreach (LanguageModel model in Models(way))
        {
            foreach (int at in (int[])[0, 1, 5, 26])    // the last is where the prompt's third page is full
            {
                using CancellationTokenSource cancel = new();
                TextGeneration generation = model.GenerateAsync(Evidence.Ids(PromptTokens, 4096), Options[way] with { ShareCache = true }, cancel.Token);
                int tokens = 0;
                await foreach (GeneratedToken token in generation)
                {
                    tokens++;
                    if (token.Index == at) await cancel.CancelAsync();
                }
                GenerationResult result = await generation.Result;

                if (result.Finish != FinishReason.Cancelled) Assert.NotNull(result.Beams);     // a search may be over when its first token is sure
                Assert.Equal(tokens, result.CompletionTokens);
                NothingIsLeft(model);
            }
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task By_leaving_the_loop(string way)
    {
        foreach (LanguageModel model in Models(way))
        {
            TextGeneration generation = model.GenerateAsync(Evidence.Ids(PromptTokens, 4096), Options[way]);
            await foreach (GeneratedToken _ in generation) break;
            await generation.Result;
            NothingIsLeft(model);
        }
    }

    [Theory, InlineData(0), InlineData(3)]
    public async Task Samples_all_together(int at)
    {
        foreach (LanguageModel model in Models("plain"))
        {
            using CancellationTokenSource cancel = new();
            IReadOnlyList<TextGeneration> generations = model.GenerateSamples(Evidence.Ids(PromptTokens, 4096), 4, Plain, cancel.Token);
            Task<Run>[] others = [.. generations.Skip(1).Select(Run.Read)];
            await foreach (GeneratedToken token in generations[0])
                if (token.Index == at) await cancel.CancelAsync();

            Assert.Equal(FinishReason.Cancelled, (await generations[0].Result).Finish);
            Assert.All(await Task.WhenAll(others), run => Assert.Equal(FinishReason.Cancelled, run.Result.Finish));
            NothingIsLeft(model);
        }
    }

    [Fact]
    public async Task Pages_are_free_one_step_later_and_so_is_the_place()
    {
        using StepClock clock = new();
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m",
            new ModelOptions { MaxBatch = 2, Window = 200, Time = clock, Threads = 1, MostUnread = 1 << 30 });
        using CancellationTokenSource cancel = new();
        clock.Release();
        TextGeneration[] all = [.. Enumerable.Range(0, 5)
            .Select(_ => model.GenerateAsync(Evidence.Ids(PromptTokens, 4096), Plain with { TimeLimit = TimeSpan.FromDays(9) }, cancel.Token))];
        await using IAsyncEnumerator<GeneratedToken> tokens = all[0].GetAsyncEnumerator();
        Assert.True(await tokens.MoveNextAsync());
        clock.Hold();
        await cancel.CancelAsync();
        long steps = model.Activity.Steps;
        clock.Release();

        GenerationResult[] results = await Task.WhenAll(all.Select(text => text.Result));
        Assert.All(results, result => Assert.Equal(FinishReason.Cancelled, result.Finish));
        Assert.All(results[2..], result => Assert.Equal(0, result.CompletionTokens));
        Assert.InRange(model.Activity.Steps - steps, 0, 2);     // the one that it was in, and perhaps one that had begun while the calls came
        NothingIsLeft(model);
        Assert.Equal((0, 0L), (model.Activity.Waiting, model.Activity.WaitingTokens));
    }

    private IEnumerable<LanguageModel> Models(string way) => way is "draft model" or "rejection" ? [models.Long] : [models.Long, models.Windowed];

    private static void NothingIsLeft(LanguageModel model)
    {
        Assert.Equal(0, model.Pages.Held);
        Assert.Equal(0, model.DraftPages?.Held ?? 0);
    }

    /// <summary>No text ends by itself before somebody can call it off.</summary>
    public sealed class Pair : IDisposable
    {
        public Pair()
        {
            Long = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Context = 100_000, Draft = "embedded:grain-1m", Time = Clock });
            Windowed = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Window = 40, Time = Clock });
        }

        internal CallingClock Clock { get; } = new();

        public LanguageModel Long { get; }

        public LanguageModel Windowed { get; }

        public void Dispose()
        {
            Long.Dispose();
            Windowed.Dispose();
        }
    }
}
