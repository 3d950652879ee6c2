using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Sampling;
using Sandglass.Tracing;

namespace Sandglass.Tests.Generation;

/// <summary>What a trace tells of passes, pages and costs adds up to what the run itself says, and watching changes nothing.</summary>
public sealed class TraceTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly int[] Prompt = Evidence.Ids(70, 4096);

    private static GenerationOptions Options => new() { Sampling = Evidence.Sampled, MaxTokens = 20, IgnoreEnd = true, HashLogits = true, ShareCache = false };

    private LanguageModel Model => grain.Model;

    public static TheoryData<string, ModelOptions, GenerationOptions> Ways => new()
    {
        { "plain", new(), Options },
        { "greedy", new(), Options with { Sampling = SamplerOptions.Greedy } },
        { "the usual chain", new(), Options with { Sampling = new SamplerOptions { Seed = 5 } } },
        { "stages that change logits", new(), Options with { Sampling = new SamplerOptions { Seed = 5, RepetitionPenalty = 1.2, DryMultiplier = 0.5 } } },
        { "no cache", new(), Options with { NoCache = true } },
        { "pieces", new(), Options with { PrefillChunk = 11 } },
        { "guesses", new(), Options with { Draft = DraftKind.Lookup, Prediction = [.. Evidence.Ids(200, 4096)[60..]] } },
        { "window", new() { Window = 40, SinkTokens = 3 }, Options },
        { "q4", new() { CacheType = CacheType.Q4 }, Options },
        { "exact", new() { Compute = ComputeMode.Exact }, Options },
    };

    [Theory, MemberData(nameof(Ways))]
    public async Task A_watched_text_is_the_unwatched_one_by_bits_and_its_costs_add_up(string way, ModelOptions options, GenerationOptions asked)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", options);
        Run plain = await Run.Of(model, Prompt, asked);
        TraceOptions watched = new() { Attention = TracedAttention.All, Asked = [7], Heads = [new(1, 1)], Logits = true };
        TraceRun run = await TraceRun.Of(model, Prompt, asked, watched);

        Assert.Equal(plain.Ids, run.Tokens.Select(step => step.Token.Id));
        Assert.Equal(plain.Hashes, run.Tokens.Select(step => step.Token.LogitsHash));
        Assert.Equal(plain.Text, run.Result.Text);
        Assert.Equal(Enumerable.Range(Prompt.Length, plain.Ids.Length), run.Tokens.Select(step => step.Position));
        Assert.All(run.Tokens, step => Assert.Equal(LogitsHash.Of(step.Logits.Span), step.Token.LogitsHash));

        TraceCost[] costs = [.. run.Pieces.Select(step => step.Cost), .. run.Tokens.Select(step => step.Cost).OfType<TraceCost>()];
        Assert.Equal(run.Result.LayerTokenPasses, costs.Sum(cost => cost.LayerTokenPasses));
        Assert.Equal(run.Result.MultiplyAdds, new MultiplyAdds(costs.Sum(cost => cost.MultiplyAdds.Projections),
            costs.Sum(cost => cost.MultiplyAdds.FeedForward), costs.Sum(cost => cost.MultiplyAdds.Attention), costs.Sum(cost => cost.MultiplyAdds.Logits)));
        Assert.Equal(run.Result.LayerTokenPasses, run.Steps.Sum(step => Cache(step).BlocksWritten));
        Assert.All(costs, cost => Assert.True(cost.Forward > TimeSpan.Zero && cost is { Texts: 1, Tokens: > 0, WeightBytes: > 0, CacheBytes: > 0 }, way));
        Assert.Equal(run.Steps.Select(step => step.Elapsed).Order(), run.Steps.Select(step => step.Elapsed));
        Assert.Equal(Enumerable.Range(1, costs.Length), run.Steps.Select(step => step is TokenStep token ? token.Pass : ((PrefillStep)step).Pass).Distinct());
        foreach (TokenStep token in run.Tokens)     // each cost once: where a piece was read, with that
            Assert.Equal(run.Pieces.All(piece => piece.Pass != token.Pass) && token == run.Tokens.First(one => one.Pass == token.Pass), token.Cost is not null);
    }

    [Fact]
    public async Task A_prompt_is_told_in_the_pieces_in_which_it_is_read()
    {
        TraceRun run = await TraceRun.Of(Model, Prompt, Options with { PrefillChunk = 32 });
        int layers = Model.Shape.Layers;

        Assert.Equal([(0, 32, "o"), (32, 64, "oo"), (64, 70, "ooo")], run.Pieces.Select(step => (step.From, step.To, step.Cache.Pages)));
        Assert.Equal([32L * layers, 32L * layers, 6L * layers], run.Pieces.Select(step => step.Cache.BlocksWritten));
        Assert.Equal([1, 2, 3, 3, 4], run.Steps.Take(5).Select(step => step is TokenStep token ? token.Pass : ((PrefillStep)step).Pass));
        double perPosition = run.Start.Model.CacheBytesPerPosition;
        Assert.Equal([(long)(32 * perPosition), (long)(64 * perPosition), (long)(70 * perPosition)], run.Pieces.Select(step => step.Cost.CacheBytes));
        Assert.Equal((long)(71 * perPosition), run.Tokens[1].Cost!.CacheBytes);
        Assert.All(run.Steps, step => Assert.Equal(0, Cache(step).BlocksRecomputed));
        Assert.Equal(run.Result.CacheBytes, run.Tokens[^1].Cache.Bytes);
        Assert.Equal((89, 3), (run.Tokens[^1].Cache.Positions, run.Tokens[^1].Cache.Pages.Length));
    }

    [Fact]
    public async Task Without_a_cache_all_that_was_there_is_read_again_before_each_token()
    {
        TraceRun run = await TraceRun.Of(Model, Prompt, Options with { NoCache = true, MaxTokens = 4 });
        int layers = Model.Shape.Layers;

        Assert.Equal([(0, 70), (0, 71), (0, 72), (0, 73)], run.Pieces.Select(step => (step.From, step.To)));
        Assert.Equal([0L, 70L * layers, 71L * layers, 72L * layers], run.Pieces.Select(step => step.Cache.BlocksRecomputed));
        Assert.Equal([70, 71, 72, 73], run.Pieces.Select(step => step.Cache.Positions));
        Assert.All(run.Tokens, step => Assert.Equal((0, 0L, "", 0L), (step.Cache.Positions, step.Cache.Bytes, step.Cache.Pages, step.Cache.BlocksWritten)));
    }

    [Fact]
    public async Task Pages_of_a_text_that_began_alike_are_adopted()
    {
        GenerationOptions shared = Options with { ShareCache = true, CacheSalt = nameof(Pages_of_a_text_that_began_alike_are_adopted) };
        await Run.Of(Model, Prompt, shared);
        TraceRun run = await TraceRun.Of(Model, Prompt, shared);

        PrefillStep piece = Assert.Single(run.Pieces);
        Assert.Equal((64, 70, 64, "aao"), (piece.From, piece.To, piece.Adopted, piece.Cache.Pages));
        Assert.Equal(run.Result.CachedTokens, piece.Adopted);

        TraceRun barely = await TraceRun.Of(Model, Prompt[..65], shared);      // its one token that is read could be one that was chosen
        Assert.Equal((64, 65, 64), (barely.Pieces[0].From, barely.Pieces[0].To, barely.Pieces[0].Adopted));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Pages_say_which_are_shared_which_left_and_which_are_quantised(bool quantised)
    {
        ModelOptions options = new() { Window = 40, SinkTokens = 3, CacheType = quantised ? CacheType.Q8 : CacheType.F16 };
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", options);
        TraceRun run = await TraceRun.Of(model, Evidence.Ids(150, 4096), Options);
        // pages leave between two passes
        Assert.Equal(quantised ? "OOOOo" : "ooooo", run.Pieces[^1].Cache.Pages);
        Assert.Equal(quantised ? "OllOo" : "olloo", run.Tokens[1].Cache.Pages);
        Assert.Equal(quantised ? "OlllOo" : "ollloo", run.Tokens[^1].Cache.Pages);
    }

    [Fact]
    public async Task Guesses_are_told_with_what_became_of_them()
    {
        int[] own = (await Run.Of(Model, Prompt, Options with { MaxTokens = 40 })).Ids;
        GenerationOptions guessed = Options with { MaxTokens = 40, Draft = DraftKind.Lookup, Prediction = [.. own.Select((id, i) => i % 9 == 8 ? 5 : id)] };
        using StepClock clock = new();      // how far is guessed depends on what it costs
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = clock });
        TextTrace trace = model.TraceAsync(Prompt, guessed);
        clock.Release();
        TraceRun run = await TraceRun.Of(model, trace);

        Assert.Equal(own, run.Tokens.Select(step => step.Token.Id));
        Assert.Equal(run.Result.Speculation!.Drafted, run.Tokens.Sum(step => step.Drafted.Count));
        Assert.Equal(run.Result.Speculation.Accepted, run.Tokens.Count(step => step.IsDraft));
        Assert.InRange(run.Tokens.Count(step => step.IsDraft), 1, 39);
        foreach (IGrouping<int, TokenStep> pass in run.Tokens.GroupBy(step => step.Pass))
        {
            TokenStep[] steps = [.. pass];
            int[] drafted = [.. steps[0].Drafted];
            Assert.All(steps.Skip(1), step => Assert.Empty(step.Drafted));
            for (int i = 0; i < steps.Length; i++)
                Assert.Equal(i < drafted.Length && drafted[i] == steps[i].Token.Id, steps[i].IsDraft);
        }
        Assert.Contains(run.Tokens, step => step.Drafted.Count > run.Tokens.Count(one => one.Pass == step.Pass && one.IsDraft));     // some were refused
    }

    [Fact]
    public async Task A_text_whose_pages_are_taken_is_read_again_and_says_so()
    {
        using HeldEngine held = new();
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = held, CacheMemory = 14 * Model.Pages.Shape.SetBytes });
        int[][] prompts = [.. Enumerable.Range(0, 6).Select(i => Evidence.Ids(100, 4096).Select(id => (id + 7 * i) % 4096).ToArray())];
        GenerationOptions options = Options with { MaxTokens = 120 };
        TextTrace[] traces = [.. prompts.Select(prompt => tight.TraceAsync(prompt, options))];
        held.Release();
        TraceRun[] runs = await Task.WhenAll(traces.Select(trace => TraceRun.Of(tight, trace)));

        Assert.True(tight.Activity.Preemptions > 0, "none was preempted: the test shows nothing");
        Assert.Contains(runs, run => run.Pieces.Any(piece => piece.Cache.BlocksRecomputed > 0));
        foreach ((TraceRun run, int[] prompt) in runs.Zip(prompts))
        {
            Assert.Equal((await Run.Of(Model, prompt, options)).Hashes, run.Tokens.Select(step => step.Token.LogitsHash));
            Assert.Equal(run.Result.LayerTokenPasses - 219L * Model.Shape.Layers, run.Steps.Sum(step => Cache(step).BlocksRecomputed));
        }
    }

    [Fact]
    public async Task A_trace_that_is_read_late_rests_and_loses_nothing()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { MostUnread = 8 });
        GenerationOptions options = Options with { MaxTokens = 64 };
        TextTrace late = model.TraceAsync(Prompt, options);
        await Run.Of(model, Prompt[..50], options);     // takes as many steps as the late one would, had it not rested
        Assert.InRange(model.Pages.Held, 1, int.MaxValue);
        TraceRun run = await TraceRun.Of(model, late);
        Assert.Equal(Enumerable.Range(0, 64), run.Tokens.Select(step => step.Token.Index));
        Assert.Equal(0, model.Pages.Held);

        GenerationResult alone = await model.TraceAsync(Prompt, options).Result;
        Assert.Equal(run.Result.Text, alone.Text);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task What_waits_is_bounded_by_its_bytes_and_guesses_are_held_back_for_it(bool guesses)
    {
        const int Step = 4096 + 4 * 4096 + 200 * 32;        // logits of 4,096 ids, some two hundred positions of two layers
        int[] own = (await Run.Of(Model, Prompt, Options with { MaxTokens = 64 })).Ids;
        GenerationOptions options = Options with { MaxTokens = 64, Draft = guesses ? DraftKind.Lookup : DraftKind.None, Prediction = guesses ? own : null };
        TraceOptions watched = new() { Logits = true, MostStepBytes = 5 * Step };
        using LanguageModel stepped = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { IsStepped = true, Threads = 1 });
        TextTrace late = stepped.TraceAsync(Prompt, options, watched);
        await using IAsyncEnumerator<TraceStep> reader = late.GetAsyncEnumerator();
        List<TokenStep> tokens = [];
        while (tokens.Count < own.Length)
        {
            long waiting = 0;
            bool isFirst = tokens.Count == 0;
            for (int i = 0; i < 128; i++) stepped.Step();       // more than it needs, did it not rest
            while (late.TryRead(out TraceStep? step))
            {
                waiting += step.Bytes;
                if (step is TokenStep token) tokens.Add(token);
            }
            Assert.InRange(waiting, isFirst ? 4 * Step : 1, 10 * Step);
        }
        Assert.Equal(own, tokens.Select(token => token.Token.Id));
        Assert.All(tokens.GroupBy(token => token.Pass), pass => Assert.InRange(pass.Sum(step => step.Bytes), 1, 5 * Step));
        Assert.Equal(guesses, tokens.Exists(token => token.IsDraft));
    }

    [Fact]
    public async Task Where_a_single_step_is_as_large_as_may_wait_nothing_is_guessed()
    {
        int[] own = (await Run.Of(Model, Prompt, Options)).Ids;
        GenerationOptions options = Options with { Draft = DraftKind.Lookup, Prediction = own };
        TraceRun run = await TraceRun.Of(Model, Prompt, options, new() { Logits = true, MostStepBytes = 30_000 });

        Assert.Equal(own, run.Tokens.Select(step => step.Token.Id));
        Assert.All(run.Tokens, step => Assert.Empty(step.Drafted));
    }

    [Fact]
    public async Task What_was_asked_for_can_be_too_much_for_a_step_and_means_cannot()
    {
        TraceOptions least = new() { Candidates = 0, MostStepBytes = 4096 };
        Assert.NotEmpty((await TraceRun.Of(Model, Prompt, Options, least)).Tokens);
        Assert.Contains("4096 bytes a step", Assert.Throws<GenerationException>(
            () => { Model.TraceAsync(Prompt, Options, least with { Attention = TracedAttention.All }); }).Message, StringComparison.Ordinal);
        Assert.Throws<GenerationException>(() => { Model.TraceAsync(Prompt, Options, least with { Heads = [new(0, 0)] }); });
        Assert.Throws<GenerationException>(() => { Model.TraceAsync(Prompt, Options, least with { Logits = true }); });
        Assert.Throws<GenerationException>(() => { Model.TraceAsync(Prompt, Options, least with { Candidates = 1 }); });
    }

    [Fact]
    public async Task Leaving_the_loop_ends_the_text()
    {
        await using TextTrace trace = Model.TraceAsync(Prompt, Options with { MaxTokens = 1000 });
        await foreach (TraceStep step in trace)
        {
            if (step is TokenStep) break;
        }
        Assert.Equal(FinishReason.Cancelled, (await trace.Result).Finish);
    }

    public static TheoryData<string, GenerationOptions, TraceOptions> Wrong => new()
    {
        { "Candidates: expected a whole number from 0 to 1000, found 1001.", new(), new() { Candidates = 1001 } },
        { "Asked: expected ids from 0 to 4095, found 4096.", new(), new() { Asked = [4096] } },
        { "Asked: expected at most 100 ids, found 101.", new(), new() { Asked = new int[101] } },
        { "Heads: expected layers from 0 to 1 and heads from 0 to 3, found layer 0, head 4.", new(), new() { Heads = [new(0, 4)] } },
        { "Attention: expected none, means or all, found 7.", new(), new() { Attention = (TracedAttention)7 } },
        { "DraftRejection: expected no trace of it: it tells of a single draw, found both.", new() { Draft = DraftKind.Lookup, DraftRejection = true }, new() },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void What_cannot_be_told_is_refused(string message, GenerationOptions options, TraceOptions watched) =>
        Assert.Equal(message, Assert.Throws<GenerationException>(() => { Model.TraceAsync(Prompt, options, watched); }).Message);

    private static TraceCache Cache(TraceStep step) => step switch
    {
        PrefillStep piece => piece.Cache,
        TokenStep token => token.Cache,
        _ => ((BeamStep)step).Cache,
    };
}
