using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>Guessing ahead with what else may be asked for: the same tokens, the same facts about each, and no page left.</summary>
public sealed class SpeculationCompanyTests(SpeculationTests.Pair pair) : IClassFixture<SpeculationTests.Pair>
{
    private const string Prompt = "The wolf said, and the fox said, and the wolf said";

    [Theory, InlineData(DraftKind.Lookup), InlineData(DraftKind.Model)]
    public async Task Each_of_several_samples_is_the_one_without(DraftKind kind)
    {
        int[] prompt = [.. pair.Model.Tokenizer.Encode(Prompt).Ids];
        GenerationOptions options = new() { Sampling = new SamplerOptions { Seed = 3, Temperature = 0.4 }, MaxTokens = 60, HashLogits = true };

        Run[] plain = await Task.WhenAll(pair.Model.GenerateSamples(prompt, 5, options).Select(Run.Read));
        Run[] drafted = await Task.WhenAll(pair.Model.GenerateSamples(prompt, 5, options with { Draft = kind }).Select(Run.Read));

        for (int i = 0; i < plain.Length; i++) SpeculationTests.Same(plain[i], drafted[i]);
        Assert.Contains(drafted, run => run.Result.Speculation!.Accepted > 0);
        pair.NothingLeft();
    }

    [Theory, InlineData(DraftKind.Lookup), InlineData(DraftKind.Model)]
    public async Task What_is_told_of_each_token_is_the_same(DraftKind kind)
    {
        GenerationOptions options = new()
        {
            Sampling = new SamplerOptions { Seed = 3, RepetitionPenalty = 1.1 },
            MaxTokens = 60,
            HashLogits = true,
            Logprobs = 5,
            Explain = true
        };

        Run plain = await Run.Of(pair.Model, Prompt, options), drafted = await Run.Of(pair.Model, Prompt, options with { Draft = kind });

        SpeculationTests.Same(plain, drafted);
        foreach ((GeneratedToken one, GeneratedToken other) in plain.Tokens.Zip(drafted.Tokens))
        {
            Assert.Equal(one.Top, other.Top);
            Assert.Equal(Facts(one.Explanation!), Facts(other.Explanation!));
            Assert.Equal(one.Explanation!.Final, other.Explanation!.Final);
            Assert.Equal(one.Explanation.Stages, other.Explanation.Stages);
            Assert.Equal(one.Explanation.Alternatives, other.Explanation.Alternatives);
        }

        static object Facts(Explanation why) => (why.Rank, why.EntropyRaw, why.EntropyFinal, why.Kept, why.Draw, why.Interval);
    }

    [Theory, InlineData(DraftKind.Lookup, 40, 4), InlineData(DraftKind.Lookup, 33, 0), InlineData(DraftKind.Model, 40, 4), InlineData(DraftKind.Model, 33, 0)]
    public async Task Through_a_window(DraftKind kind, int window, int sinks)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m",
            new ModelOptions { Window = window, SinkTokens = sinks, Draft = "embedded:grain-1m", Time = new SpeculationTests.StandingClock() });
        GenerationOptions options = new() { Sampling = SamplerOptions.Greedy, MaxTokens = 300, IgnoreEnd = true, HashLogits = true };

        Run plain = await Run.Of(model, Prompt, options), drafted = await Run.Of(model, Prompt, options with { Draft = kind });

        SpeculationTests.Same(plain, drafted);
        Assert.True(drafted.Result.Speculation!.Accepted > 0);
        Assert.Equal((0, 0), (model.Pages.Held, model.DraftPages!.Held));
    }

    [Theory, InlineData(DraftKind.Lookup), InlineData(DraftKind.Model)]
    public async Task From_the_pages_of_an_earlier_text_and_for_a_later_one(DraftKind kind)
    {
        foreach (int length in (int[])[31, 32, 33, 63, 64, 65])
        {
            int[] prompt = Evidence.Ids(length, 4096);
            GenerationOptions options = new() { Sampling = SamplerOptions.Greedy, MaxTokens = 70, IgnoreEnd = true, HashLogits = true };
            Run alone = await Run.Of(pair.Model, prompt, options with { ShareCache = false });

            using LanguageModel model = LanguageModel.LoadEmbedded("grain-6m", new ModelOptions { Draft = "embedded:grain-1m" });
            Run first = await Run.Of(model, prompt, options with { Draft = kind });         // leaves pages, in which guesses were refused
            Run again = await Run.Of(model, prompt, options with { Draft = kind });         // begins with them
            int[] longer = [.. prompt, .. alone.Ids[..^1]];
            Run later = await Run.Of(model, longer, options with { Draft = kind, MaxTokens = 9 });

            SpeculationTests.Same(alone, first);
            SpeculationTests.Same(alone, again);
            SpeculationTests.Same(await Run.Of(pair.Model, longer, options with { ShareCache = false, MaxTokens = 9 }), later);
            Assert.Equal((length - 1) / 32 * 32, again.Result.CachedTokens);
            Assert.Equal((longer.Length - 1) / 32 * 32, later.Result.CachedTokens);
            Assert.Equal((0, 0), (model.Pages.Held, model.DraftPages!.Held));
        }
    }

    [Theory, InlineData(DraftKind.Lookup, 5), InlineData(DraftKind.Model, 5), InlineData(DraftKind.Lookup, 7), InlineData(DraftKind.Model, 7)]
    public async Task Within_a_small_budget(DraftKind kind, int pageSets)
    {
        GenerationOptions options = new() { Sampling = SamplerOptions.Greedy, MaxTokens = 60, IgnoreEnd = true, HashLogits = true };
        Run plain = await Run.Of(pair.Model, Prompt, options);
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-6m",
            new ModelOptions { Draft = "embedded:grain-1m", CacheMemory = pageSets * pair.Model.Pages.Shape.SetBytes });

        Run[] runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Run.Of(tight, Prompt, options with { Draft = kind })));

        foreach (Run run in runs) SpeculationTests.Same(plain, run);
        Assert.Equal((0, 0), (tight.Pages.Held, tight.DraftPages!.Held));
    }

    [Theory, InlineData(DraftKind.Lookup), InlineData(DraftKind.Model)]
    public async Task A_time_limit_leaves_the_beginning_of_the_text_without(DraftKind kind)
    {
        GenerationOptions options = new() { Sampling = SamplerOptions.Greedy, IgnoreEnd = true, HashLogits = true };

        using LanguageModel model = LanguageModel.LoadEmbedded("grain-6m", new ModelOptions { Draft = "embedded:grain-1m" });   // whose clock goes
        Run cut = await Run.Of(model, Prompt, options with { Draft = kind, TimeLimit = TimeSpan.FromMilliseconds(30) });

        Assert.Equal(FinishReason.Time, cut.Result.Finish);
        Run plain = await Run.Of(pair.Model, Prompt, options with { MaxTokens = cut.Ids.Length });
        Assert.Equal((plain.Ids, plain.Hashes, plain.Text), (cut.Ids, cut.Hashes, cut.Text), (one, other) => one.Ids.SequenceEqual(other.Ids)
            && one.Hashes.SequenceEqual(other.Hashes) && one.Text == other.Text);
        Assert.Equal((0, 0), (model.Pages.Held, model.DraftPages!.Held));
    }
}
