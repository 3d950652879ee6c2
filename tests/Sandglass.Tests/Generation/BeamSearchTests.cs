using System.Globalization;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>A beam search through the engine: scores, bits, counts and pages, alone and in company.</summary>
public sealed class BeamSearchTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly int[] Prompt = Evidence.Ids(31, 4096);

    private LanguageModel Model => grain.Model;

    [Fact]
    public async Task One_beam_is_the_greedy_run()
    {
        Run greedy = await Run.Of(Model, Prompt, Options(0, 40) with { Sampling = SamplerOptions.Greedy });

        Run beam = await Run.Of(Model, Prompt, Options(1, 40));

        Assert.Equal(greedy.Ids, beam.Ids);
        Assert.Equal(greedy.Hashes, beam.Hashes);
        Assert.Equal(greedy.Text, beam.Text);
        Assert.Equal((greedy.Result.LayerTokenPasses, greedy.Result.MultiplyAdds), (beam.Result.LayerTokenPasses, beam.Result.MultiplyAdds));
        Assert.Equal(greedy.Result.CacheBytes, beam.Result.CacheBytes);
    }

    [Theory, InlineData(1.0, EarlyStopping.False), InlineData(-0.5, EarlyStopping.True), InlineData(2.0, EarlyStopping.Never)]
    public async Task Each_beam_has_the_score_that_reading_it_gives(double lengthPenalty, EarlyStopping early)
    {
        GenerationOptions options = Options(5, 40) with { EndIds = [2878, 14, 12] };

        Run run = await Run.Of(Model, Prompt, options with { Beams = options.Beams! with { LengthPenalty = lengthPenalty, EarlyStopping = early } });

        Assert.Equal(5, run.Result.Beams!.Count);
        foreach (BeamResult beam in run.Result.Beams)
        {
            TokenScore[] scores = await Run.Score(Model, [.. Prompt, .. beam.Ids], new ScoreOptions { From = Prompt.Length - 1 });
            Assert.Equal(beam.Ids.Count, scores.Length);
            float sum = 0;
            foreach (TokenScore score in scores) sum += score.Logprob;
            Assert.Equal(sum / (float)Math.Pow(beam.Ids.Count, lengthPenalty), beam.Score);
            Assert.Equal(beam.Finish == FinishReason.Eos, options.EndIds!.Contains(beam.Ids[^1]));
            Assert.Equal(Model.Tokenizer.Decode([.. beam.Ids.Take(beam.Ids.Count - (beam.Finish == FinishReason.Eos ? 1 : 0))]), beam.Text);
        }
        Assert.Equal(run.Result.Beams.OrderByDescending(beam => beam.Score), run.Result.Beams);
        Assert.Equal(run.Result.Beams[0].Ids, run.Ids);
        Assert.Equal(run.Result.Beams[0].Text, run.Text);
        Assert.Equal(run.Result.Beams[0].Finish, run.Result.Finish);
        Assert.Equal(0, Model.Pages.Held);
    }

    [Theory, InlineData(1, false), InlineData(7, false), InlineData(0, true)]
    public async Task Chunks_and_the_cache_change_nothing(int chunk, bool noCache)
    {
        Run plain = await Run.Of(Model, Prompt, Options(4, 12));

        Run other = await Run.Of(Model, Prompt, Options(4, 12) with { PrefillChunk = chunk, NoCache = noCache });

        Assert.Equal(plain.Hashes, other.Hashes);
        Equal(plain, other);
        Assert.Equal(0, Model.Pages.Held);
    }

    [Fact]
    public async Task Work_is_the_prompt_once_and_a_token_of_each_beam_in_each_step()
    {
        Run run = await Run.Of(Model, Prompt, Options(6, 20) with { EndIds = [] });

        Assert.Equal((long)Model.Shape.Layers * (Prompt.Length + 6 * 19), run.Result.LayerTokenPasses);
        Assert.InRange(run.Result.CacheBytes, Model.Pages.Shape.PageBytes * Model.Shape.Layers * 2, Model.Pages.Shape.PageBytes * Model.Shape.Layers * 7);
        Assert.All(run.Result.Beams!, beam => Assert.Equal((20, FinishReason.Length), (beam.Ids.Count, beam.Finish)));
    }

    [Fact]
    public async Task What_all_beams_share_is_shown_before_the_end()
    {
        Run run = await Run.Of(Model, Prompt, Options(4, 60) with { EndIds = [] });

        Assert.Equal(Enumerable.Range(0, 60), run.Tokens.Select(token => token.Index));
        Assert.True(run.Tokens[0].Elapsed < run.Tokens[^1].Elapsed);
        Assert.True(run.Tokens.Select(token => token.Elapsed).Distinct().Count() > 2);
    }

    [Fact]
    public async Task In_company_each_search_finds_what_it_finds_alone()
    {
        GenerationOptions[] searches = [Options(4, 30), Options(7, 20), Options(3, 40) with { Sampling = new SamplerOptions { Seed = 1 } }, Options(64, 5)];
        List<Run> alone = [];
        foreach (GenerationOptions search in searches) alone.Add(await Run.Of(Model, Prompt, search));

        Task<Run>[] together = [.. searches.Select(search => Run.Of(Model, Prompt, search))];
        Task<Run> sampled = Run.Of(Model, Prompt, new GenerationOptions { MaxTokens = 50 });

        for (int i = 0; i < searches.Length; i++)
        {
            Equal(alone[i], await together[i]);
            Assert.Equal(alone[i].Result.MultiplyAdds, (await together[i]).Result.MultiplyAdds);
        }
        await sampled;
        Assert.Equal(0, Model.Pages.Held);
    }

    [Fact]
    public async Task Groups_that_must_differ_differ()
    {
        GenerationOptions options = Options(6, 12);

        Run run = await Run.Of(Model, Prompt, options with { Beams = options.Beams! with { Groups = 3, DiversityPenalty = 100 } });
        Run alike = await Run.Of(Model, Prompt, options with { Beams = options.Beams! with { Groups = 3, DiversityPenalty = 1e-6 } });

        Assert.Equal(6, run.Result.Beams!.Count);
        Assert.InRange(run.Result.Beams.Select(beam => beam.Ids[0]).Distinct().Count(), 3, 6);   // each group begins in its own ways
        Assert.Equal(2, alike.Result.Beams!.Select(beam => string.Join(',', beam.Ids)).Distinct().Count());
    }

    [Fact]
    public async Task A_stop_text_ends_a_beam_and_is_not_shown()
    {
        Run free = await Run.Of(Model, "Once upon a time", Options(3, 30));
        string stop = free.Text[10..14];

        Run run = await Run.Of(Model, "Once upon a time", Options(3, 30) with { Stop = [stop] });

        Assert.Contains(run.Result.Beams!, beam => beam.Finish == FinishReason.Stop);
        Assert.All(run.Result.Beams!, beam => Assert.DoesNotContain(stop, beam.Text, StringComparison.Ordinal));
        Assert.Equal(run.Result.Beams![0].Text, run.Text);
    }

    [Fact]
    public async Task Cancelled_it_gives_what_it_has()
    {
        using CancellationTokenSource cancel = new();
        TextGeneration generation = Model.GenerateAsync(Evidence.Ids(300, 4096), Options(4, 600) with { EndIds = [], NoCache = true }, cancel.Token);
        List<GeneratedToken> tokens = [];
        await foreach (GeneratedToken token in generation)
        {
            tokens.Add(token);
            if (tokens.Count == 1) await cancel.CancelAsync();
        }

        GenerationResult result = await generation.Result;
        Assert.Equal(FinishReason.Cancelled, result.Finish);
        Assert.Equal(4, result.Beams!.Count);
        Assert.Equal(tokens.Select(token => token.Id), result.Beams[0].Ids);
        Assert.Equal(0, Model.Pages.Held);
    }

    [Fact]
    public async Task Cancelled_before_the_first_token_it_has_nothing()
    {
        Run run = await Run.Read(Model.GenerateAsync(Prompt, Options(4, 9), new CancellationToken(canceled: true)));
        Run none = await Run.Of(Model, Prompt, Options(4, 0));

        Assert.Equal((FinishReason.Cancelled, 0, 0L), (run.Result.Finish, run.Result.Beams!.Count, run.Result.LayerTokenPasses));
        Assert.Equal((FinishReason.Length, 0), (none.Result.Finish, none.Result.Beams!.Count));
    }

    // each token comes once, so the allowed ones run out; a step named before theirs must have taken the last of them
    [Theory, InlineData(0), InlineData(1), InlineData(30)]
    public async Task A_failure_in_the_middle_is_the_searchs_own_and_leaves_no_page_behind(int afterTokens)
    {
        Task<Run> other = Run.Of(Model, Prompt, Options(4, 20));
        int[] allowed = [Prompt[0], .. Enumerable.Range(0, 4096).Except(Prompt).Take(afterTokens)];
        SamplerOptions exhausting = new() { Samplers = ["no_repeat_ngram", "allowed"], NoRepeatNgram = 1, AllowedIds = allowed };

        TextGeneration failing = Model.GenerateAsync(Prompt, Options(4, 50) with { EndIds = [], Sampling = exhausting });

        Assert.Equal("sampling-mix", (await Assert.ThrowsAsync<SamplingException>(() => Run.Read(failing))).Code);
        Assert.Equal(20, (await other).Ids.Length);
        Assert.Equal(0, Model.Pages.Held);
    }

    [Theory, InlineData(8), InlineData(9), InlineData(12)]
    public async Task Within_a_small_budget_beams_are_read_again_and_find_the_same(int pageSets)
    {
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheMemory = pageSets * Model.Pages.Shape.SetBytes });

        Task<Run> first = Run.Of(tight, Prompt, Options(4, 20) with { EndIds = [] });
        Run[] samples = await Task.WhenAll(tight.GenerateSamples(Prompt, 3, Options(0, 20) with { Sampling = new SamplerOptions { Seed = 3 } })
            .Select(Run.Read));

        Equal(await Run.Of(Model, Prompt, Options(4, 20) with { EndIds = [] }), await first);
        for (int i = 0; i < 3; i++)
            Assert.Equal((await Run.Of(Model, Prompt, Options(0, 20) with { Sampling = new SamplerOptions { Seed = 3 + (ulong)i } })).Hashes,
                samples[i].Hashes);
        Assert.Equal(0, tight.Pages.Held);
    }

    [Theory, InlineData(2), InlineData(3), InlineData(4)]
    public async Task Beams_that_can_never_have_their_pages_together_are_refused_with_a_number_that_is_enough(int pageSets)
    {
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheMemory = pageSets * Model.Pages.Shape.SetBytes });
        GenerationOptions options = Options(4, 30) with { EndIds = [] };

        GenerationException refused = Assert.Throws<GenerationException>(() => tight.GenerateAsync(Prompt, options));

        Assert.Equal("cache-too-small", refused.Code);
        Assert.Equal(20, (await Run.Of(tight, Prompt, Options(0, 20) with { EndIds = [] })).Ids.Length);
        long enough = long.Parse(refused.Expected.Split(' ')[2], CultureInfo.InvariantCulture);
        using LanguageModel ample = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheMemory = enough });
        Equal(await Run.Of(Model, Prompt, options), await Run.Of(ample, Prompt, options));
    }

    [Theory, InlineData(6), InlineData(7), InlineData(9)]
    public async Task Beams_that_do_not_all_fit_give_their_pages_to_one_another(int pageSets)
    {
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheMemory = pageSets * Model.Pages.Shape.SetBytes });
        GenerationOptions options = Options(4, 60) with { EndIds = [], PrefillChunk = 20 };   // up to three pages each

        Equal(await Run.Of(Model, Prompt, options), await Run.Of(tight, Prompt, options));
        Assert.Equal(0, tight.Pages.Held);
    }

    [Theory, InlineData(7), InlineData(10), InlineData(11)]
    public async Task Beside_texts_searches_and_scores_each_is_what_it_is_alone(int pageSets)
    {
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheMemory = pageSets * Model.Pages.Shape.SetBytes });
        GenerationOptions plain = Options(0, 90) with { EndIds = [], Sampling = SamplerOptions.Greedy }, search = Options(4, 60) with { EndIds = [] };
        int[] other = Evidence.Ids(40, 4096), scored = Evidence.Ids(150, 4096);

        Task<Run> text = Run.Of(tight, other, plain), first = Run.Of(tight, Prompt, search), second = Run.Of(tight, other, search);
        Task<TokenScore[]> scores = Run.Score(tight, scored, new ScoreOptions { HashLogits = true });

        Assert.Equal((await Run.Of(Model, other, plain)).Hashes, (await text).Hashes);
        Equal(await Run.Of(Model, Prompt, search), await first);
        Equal(await Run.Of(Model, other, search), await second);
        Assert.Equal((await Run.Score(Model, scored, new ScoreOptions { HashLogits = true })).Select(score => score.LogitsHash), (await scores)
            .Select(score => score.LogitsHash));
        Assert.Equal(0, tight.Pages.Held);
    }

    public static TheoryData<CacheTypes, int> Pages => new()
    {
        { CacheType.F16, 50 }, { CacheType.Q8, 0 }, { CacheType.Q8, 50 }, { CacheType.Q4, 0 }, { new CacheTypes(CacheType.Q8, CacheType.Q4), 50 },
    };

    [Theory, MemberData(nameof(Pages))]
    public async Task With_the_least_memory_two_searches_and_a_text_find_the_same_with_every_kind_of_pages(CacheTypes types, int window)
    {
        ModelOptions kind = new() { CacheType = types, Window = window };
        using LanguageModel ample = LanguageModel.LoadEmbedded("grain-1m", kind);
        long least = new CacheNeed(ample.Pages.Shape, Prompt.Length, Beams: 5).Least(Prompt.Length + 59);
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", kind with { CacheMemory = least * ample.Pages.Shape.SetBytes });
        GenerationOptions search = Options(5, 60) with { EndIds = [] }, plain = Options(0, 50) with { EndIds = [], Sampling = SamplerOptions.Greedy };

        Task<Run> first = Run.Of(tight, Prompt, search), second = Run.Of(tight, Prompt, search with { NoCache = true }), text = Run.Of(tight, Prompt, plain);

        Run alone = await Run.Of(ample, Prompt, search);
        Equal(alone, await first);
        Equal(alone, await second);
        Assert.Equal((await Run.Of(ample, Prompt, plain)).Hashes, (await text).Hashes);
        Assert.Equal(0, tight.Pages.Held);
    }

    [Fact]
    public async Task Without_a_number_of_tokens_a_search_gets_what_the_memory_holds_for_all_beams()
    {
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheMemory = 8 * Model.Pages.Shape.SetBytes });

        Run run = await Run.Of(tight, Prompt, Options(4, 0) with { MaxTokens = null, IgnoreEnd = true });

        // two pages for each of four
        Assert.All(run.Result.Beams!, beam => Assert.Equal((FinishReason.Context, 2 * 32 + 1 - Prompt.Length), (beam.Finish, beam.Ids.Count)));
    }

    [Fact]
    public async Task The_context_ends_a_search_too()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Context = 40 });

        Run run = await Run.Of(model, Prompt, Options(3, 40) with { EndIds = [], MaxTokens = null });

        Assert.All(run.Result.Beams!, beam => Assert.Equal((9, FinishReason.Context), (beam.Ids.Count, beam.Finish)));
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Refused("Beams", new BeamOptions { Beams = 0 });
        Refused("Beams", new BeamOptions { Beams = 65 });
        Refused("LengthPenalty", new BeamOptions { LengthPenalty = double.NaN });
        Refused("Groups", new BeamOptions { Beams = 4, Groups = 3, DiversityPenalty = 1 });
        Refused("DiversityPenalty", new BeamOptions { Beams = 4, Groups = 2 });
        Refused("DiversityPenalty", new BeamOptions { Beams = 4, DiversityPenalty = 1 });
        Assert.Equal("samples", Assert.Throws<GenerationException>(() => Model.GenerateSamples([1], 2, Options(2, 9))).Option);
        Assert.Equal("LoopNgram", Assert.Throws<GenerationException>(() => Model.GenerateAsync([1], Options(2, 9) with { LoopNgram = 2 })).Option);
    }

    private void Refused(string option, BeamOptions beams) =>
        Assert.Equal(option, Assert.Throws<GenerationException>(() => Model.GenerateAsync([1], new GenerationOptions { Beams = beams })).Option);

    private static void Equal(Run one, Run other)
    {
        Assert.Equal(one.Ids, other.Ids);
        Assert.Equal(one.Result.Beams!.Select(beam => (string.Join(',', beam.Ids), beam.Score)),
            other.Result.Beams!.Select(beam => (string.Join(',', beam.Ids), beam.Score)));
    }

    private static GenerationOptions Options(int beams, int tokens) =>
        new() { MaxTokens = tokens, HashLogits = true, Beams = beams == 0 ? null : new BeamOptions { Beams = beams } };
}
