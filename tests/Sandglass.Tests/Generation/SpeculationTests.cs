using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>The promise of guessing ahead: token for token the text without it, for every chain, whoever guesses, alone and in company; nothing beyond the end,
/// and no page left.</summary>
public sealed class SpeculationTests(SpeculationTests.Pair pair) : IClassFixture<SpeculationTests.Pair>
{
    private const int ShortPrompts = 12; // of the 200, unless SANDGLASS_LONG=1

    private static readonly string[] Heroes = ["king", "wolf", "poor miller", "fisherman", "fox", "little girl", "soldier", "princess", "old woman", "tailor"];
    private static readonly string[] Deeds =
    [
        "had three sons", "lived in the forest", "could not sleep", "said to his wife", "went out into the world", "had lost a shoe", "was hungry",
        "found a golden key", "heard a voice", "kept a bird",
        "never laughed", "climbed a hill", "sat by the fire", "met a bear", "asked for bread", "had a dream", "owned a mill", "was very proud",
        "came to a river", "knew no fear",
    ];

    public static TheoryData<string> Chains => [.. ChainsByName.Keys];

    internal static Dictionary<string, SamplerOptions> ChainsByName { get; } = new()
    {
        ["greedy"] = SamplerOptions.Greedy,
        ["default"] = new() { Seed = 5 },
        ["whole"] = new() { Seed = 6, Temperature = 1, TopK = 0, TopP = 1, MinP = 0 },
        ["top-k"] = new() { Seed = 7, Temperature = 1.2, TopK = 5, TopP = 1, MinP = 0 },
        ["top-p"] = new() { Seed = 8, Temperature = 0.7, TopK = 0, TopP = 0.6, MinP = 0 },
        ["min-p"] = new() { Seed = 9, Temperature = 1.5, TopK = 0, TopP = 1, MinP = 0.2 },
        // these look back or carry a state: a guess must see the text with the guesses before it, and a refused one must leave no trace
        ["penalties"] = new() { Seed = 10, RepetitionPenalty = 1.2, FrequencyPenalty = 0.3, PresencePenalty = 0.2, PenaltyWindow = 40 },
        ["penalties, greedy"] = SamplerOptions.Greedy with { RepetitionPenalty = 1.1, FrequencyPenalty = 0.1 },
        ["dry"] = new() { Seed = 11, DryMultiplier = 0.8, DryAllowedLength = 1 },
        ["no repeated n-gram"] = SamplerOptions.Greedy with { NoRepeatNgram = 3 },
        ["mirostat 1"] = new() { Seed = 12, Mirostat = 1, MirostatTau = 3 },
        ["mirostat 2"] = new() { Seed = 13, Mirostat = 2, MirostatTau = 3, MirostatEta = 0.3 },
    };

    [Theory, MemberData(nameof(Chains))]
    public async Task Token_for_token_the_text_without_it(string chain)
    {
        string[] prompts = [.. from deed in Deeds from hero in Heroes select $"There was once a {hero} who {deed}"];
        int guessed = 0, right = 0;
        foreach (string prompt in Long.Asked ? prompts : prompts.Where((_, i) => i % (prompts.Length / ShortPrompts) == 0))
        {
            GenerationOptions options = new() { Sampling = ChainsByName[chain], MaxTokens = 70, HashLogits = true };
            Run plain = await Run.Of(pair.Model, prompt, options);
            foreach (DraftKind kind in (DraftKind[])[DraftKind.Lookup, DraftKind.Model])
            {
                Run drafted = await Run.Of(pair.Model, prompt, options with { Draft = kind });
                Same(plain, drafted);
                guessed += drafted.Result.Speculation!.Drafted;
                right += drafted.Result.Speculation.Accepted;
            }
        }
        Assert.InRange(right, 1, guessed - 1);  // both were tried: guesses that held, and guesses that did not
        pair.NothingLeft();
    }

    [Theory, InlineData(DraftKind.Lookup), InlineData(DraftKind.Model)]
    public async Task Every_rule_ends_it_where_it_would_have_ended(DraftKind kind)
    {
        const string Prompt = "The wolf said, and the wolf said, and the wolf said";
        GenerationOptions options = new() { Sampling = SamplerOptions.Greedy, MaxTokens = 40, HashLogits = true };
        Run whole = await Run.Of(pair.Model, Prompt, options);
        List<GenerationOptions> endings = [];
        for (int i = 1; i < 24; i++)
        {
            endings.Add(options with { MaxTokens = i });
            endings.Add(options with { EndIds = [whole.Ids[i]] });
            endings.Add(options with { LoopNgram = 1 + i % 3, LoopRepeats = 2 + i / 4 });
            if (i + 5 < whole.Text.Length) endings.Add(options with { Stop = [whole.Text[i..(i + 5)]] });
        }

        foreach (GenerationOptions ending in endings)
            Same(await Run.Of(pair.Model, Prompt, ending), await Run.Of(pair.Model, Prompt, ending with { Draft = kind }));
        pair.NothingLeft();
    }

    [Theory, InlineData(DraftKind.Lookup), InlineData(DraftKind.Model)]
    public async Task No_guess_goes_beyond_the_context(DraftKind kind)
    {
        for (int context = 30; context < 36; context++) // around the end of a page
        {
            using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Context = context, Draft = "embedded:grain-1m" });
            GenerationOptions options = new() { Sampling = SamplerOptions.Greedy, IgnoreEnd = true, HashLogits = true };
            Run plain = await Run.Of(model, "and so and so and so and so", options);
            Same(plain, await Run.Of(model, "and so and so and so and so", options with { Draft = kind }));
            Assert.Equal(FinishReason.Context, plain.Result.Finish);
            Assert.Equal((0, 0), (model.Pages.Held, model.DraftPages!.Held));
        }
    }

    [Fact]
    public async Task In_company_each_is_what_it_is_alone()
    {
        (int[] Prompt, GenerationOptions Options)[] requests =
        [
            .. Enumerable.Range(0, 24).Select(i => (
                i % 4 == 0 ? Evidence.Ids(40 * i + 1, 4096) : pair.Model.Tokenizer.Encode($"The {Heroes[i % 10]} {Deeds[i % 20]}").Ids,
                new GenerationOptions { Sampling = ChainsByName.Values.ElementAt(i % ChainsByName.Count), MaxTokens = 20 + 3 * i, HashLogits = true })),
        ];
        List<Run> alone = [];
        foreach ((int[] prompt, GenerationOptions options) in requests) alone.Add(await Run.Of(pair.Model, prompt, options));

        Run[] together = await Task.WhenAll(requests.Select((request, i) =>
            Run.Of(pair.Model, request.Prompt, request.Options with { Draft = (DraftKind)(i % 3) })));

        for (int i = 0; i < requests.Length; i++) Same(alone[i], together[i]);
        pair.NothingLeft();
    }

    [Theory, InlineData(DraftKind.Lookup), InlineData(DraftKind.Model)]
    public async Task Work_is_counted_as_it_was_done(DraftKind kind)
    {
        Run run = await Run.Of(pair.Model, "Once upon a time",
            new GenerationOptions { Sampling = SamplerOptions.Greedy, MaxTokens = 150, IgnoreEnd = true, Draft = kind });

        GenerationResult result = run.Result;
        SpeculationResult guessed = result.Speculation!;
        Assert.InRange(guessed.Accepted, 1, guessed.Drafted - 1);
        Assert.InRange(guessed.Steps, 1, 150);
        Assert.Equal(kind == DraftKind.Model, guessed.DraftPasses > 0 && guessed.DraftWork.Total > 0);
        long tokens = result.LayerTokenPasses / pair.Model.Shape.Layers;
        // a step's tokens are the pending one and the guesses; it gives those that were right, and one more
        Assert.Equal(result.PromptIds.Count + result.CompletionTokens - 1 + guessed.Drafted - guessed.Accepted, tokens);
    }

    [Theory, InlineData(DraftKind.Lookup), InlineData(DraftKind.Model)]
    public async Task Guesses_kept_by_their_probabilities_give_a_text_that_repeats_and_counts_its_work(DraftKind kind)
    {
        GenerationOptions options = new()
        {
            Sampling = new() { Temperature = 1.1, Seed = 4 },
            MaxTokens = 120,
            IgnoreEnd = true,
            Draft = kind,
            DraftRejection = true
        };
        Run one = await Run.Of(pair.Model, "The wolf said and the wolf said", options),
            two = await Run.Of(pair.Model, "The wolf said and the wolf said", options);

        Assert.Equal(one.Ids, two.Ids);
        Assert.Equal(one.Result.Speculation, two.Result.Speculation);
        Assert.InRange(one.Result.Speculation!.Accepted, 1, one.Result.Speculation.Drafted);
        Assert.Equal(120, one.Ids.Length);
        // of the likeliest token there is no distribution: the text without guesses
        Run greedy = await Run.Of(pair.Model, "The wolf said", options with { Sampling = SamplerOptions.Greedy });
        Assert.Equal((await Run.Of(pair.Model, "The wolf said",
            options with { Sampling = SamplerOptions.Greedy, Draft = DraftKind.None, DraftRejection = false })).Ids, greedy.Ids);
        pair.NothingLeft();
    }

    [Fact]
    public async Task Who_is_cancelled_with_guesses_under_way_leaves_nothing()
    {
        foreach (DraftKind kind in (DraftKind[])[DraftKind.Lookup, DraftKind.Model])
        {
            for (int at = 0; at < 12; at++)
            {
                using CancellationTokenSource cancel = new();
                TextGeneration generation = pair.Model.GenerateAsync("Once upon a time",
                    new GenerationOptions { Sampling = SamplerOptions.Greedy, IgnoreEnd = true, Draft = kind }, cancel.Token);
                await foreach (GeneratedToken token in generation)
                    if (token.Index == at) await cancel.CancelAsync();
                Assert.Equal(FinishReason.Cancelled, (await generation.Result).Finish);
                pair.NothingLeft();
            }
        }
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Assert.Equal("Draft", Assert.Throws<GenerationException>(() =>
            { pair.Model.GenerateAsync("a", new GenerationOptions { Draft = DraftKind.Lookup, NoCache = true }); }).Option);
        using LanguageModel without = LanguageModel.LoadEmbedded("grain-1m");
        Assert.Equal("Draft", Assert.Throws<GenerationException>(() => { without.GenerateAsync("a", new GenerationOptions { Draft = DraftKind.Model }); })
            .Option);
        Assert.Equal("model-unknown",
            Assert.Throws<GenerationException>(() => LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Draft = "embedded:none" })).Code);
    }

    [GoldenFact]
    public void A_draft_of_another_vocabulary_is_refused() =>
        Assert.Equal("draft-vocabulary",
            Assert.Throws<GenerationException>(() =>
            LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Draft = Shared.Path("models", "stories260K.gguf") })).Code);

    internal static void Same(Run plain, Run drafted)
    {
        Assert.Equal(plain.Ids, drafted.Ids);
        Assert.Equal(plain.Hashes, drafted.Hashes);
        Assert.Equal(plain.Tokens.Select(token => token.Text), drafted.Tokens.Select(token => token.Text));
        Assert.Equal(plain.Tokens.Select(token => BitConverter.SingleToInt32Bits(token.Logprob)),
            drafted.Tokens.Select(token => BitConverter.SingleToInt32Bits(token.Logprob)));
        Assert.Equal((plain.Result.Finish, plain.Result.CacheBytes), (drafted.Result.Finish, drafted.Result.CacheBytes));
    }

    /// <summary>A clock that stands still, so that what is guessed does not depend on how busy the machine is.</summary>
    internal sealed class StandingClock : TimeProvider
    {
        public override long GetTimestamp() => 1;
    }

    /// <summary>The larger embedded model, for which the smaller one guesses.</summary>
    public sealed class Pair : IDisposable
    {
        public LanguageModel Model { get; } = LanguageModel.LoadEmbedded("grain-6m",
            new ModelOptions { Draft = "embedded:grain-1m", Time = new StandingClock() });

        public void Dispose() => Model.Dispose();

        internal void NothingLeft() => Assert.Equal((0, 0), (Model.Pages.Held, Model.DraftPages!.Held));
    }
}
