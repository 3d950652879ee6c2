using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>The public face: many callers, early leavers, and what it refuses.</summary>
public class LanguageModelTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly GenerationOptions Sampled = new() { Sampling = new SamplerOptions { Seed = 1, Temperature = 1 }, MaxTokens = 40, EndIds = [] };

    /// <summary>A long prompt, read anew for each token: so slow that a busy machine's listener is in time to end it.</summary>
    private static readonly int[] LongPrompt = Evidence.Ids(400, 4096);
    private static readonly GenerationOptions Slow = Sampled with { MaxTokens = 600, NoCache = true };

    private LanguageModel Model => grain.Model;

    [Fact]
    public async Task The_same_seed_gives_the_same_text_and_another_seed_another()
    {
        Run first = await Run.Of(Model, "The king", Sampled);
        Run again = await Run.Of(Model, "The king", Sampled);
        Run other = await Run.Of(Model, "The king", Sampled with { Sampling = Sampled.Sampling with { Seed = 2 } });

        Assert.Equal(first.Ids, again.Ids);
        Assert.Equal(first.Text, again.Text);
        Assert.NotEqual(first.Ids, other.Ids);
        Assert.Equal(1ul, first.Result.Seed);
    }

    [Fact]
    public async Task A_seed_that_was_not_given_is_reported_and_gives_the_text_again()
    {
        Run first = await Run.Of(Model, "The king", Sampled with { Sampling = Sampled.Sampling with { Seed = null } });
        Run again = await Run.Of(Model, "The king", Sampled with { Sampling = Sampled.Sampling with { Seed = first.Result.Seed } });

        Assert.Equal(first.Ids, again.Ids);
    }

    [Fact]
    public async Task The_texts_of_the_tokens_joined_are_the_text_of_their_ids()
    {
        for (ulong seed = 0; seed < 5; seed++)
        {
            Run run = await Run.Of(Model, "\u201cGood day,\u201d",
                Sampled with { Sampling = new SamplerOptions { Seed = seed, Temperature = 2, TopK = 0, TopP = 1, MinP = 0 } });

            Assert.Equal(Model.Tokenizer.Decode(run.Ids), run.Text);
        }
    }

    [Fact]
    public async Task Generations_at_the_same_time_are_what_they_are_alone()
    {
        string[] prompts = ["The king", "A fox", "Once upon a time", "In the wood"];
        List<int[]> alone = [];
        foreach (string prompt in prompts) alone.Add((await Run.Of(Model, prompt, Sampled)).Ids);
        TokenScore[] scores = await Run.Score(Model, alone[0], new ScoreOptions());

        Task<TokenScore[]> scoring = Run.Score(Model, alone[0], new ScoreOptions());
        Run[] together = await Task.WhenAll(prompts.Select(prompt => Task.Run(() => Run.Of(Model, prompt, Sampled))));

        Assert.Equal(alone, together.Select(run => run.Ids));
        Assert.Equal(scores.Select(score => score.Logprob), (await scoring).Select(score => score.Logprob));
    }

    [Fact]
    public async Task Who_stops_listening_cancels_and_leaves_no_page_behind()
    {
        TextGeneration generation = Model.GenerateAsync(LongPrompt, Slow);
        await foreach (GeneratedToken token in generation)
        {
            if (token.Index == 2) break;
        }

        Assert.Equal(FinishReason.Cancelled, (await generation.Result).Finish);
        Assert.Equal(0, Model.Pages.Held);

        await foreach (TokenScore score in Model.ScoreAsync(Evidence.Ids(1000, 4096), new ScoreOptions { PrefillChunk = 4 }))
        {
            if (score.Index == 2) break;
        }
        await Run.Of(Model, "The king", Sampled with { MaxTokens = 1 }); // comes later: by then the score has been let out
        Assert.Equal(0, Model.Pages.Held);
    }

    [Fact]
    public async Task A_token_given_to_the_loop_cancels_as_well()
    {
        using CancellationTokenSource cancel = new();
        TextGeneration generation = Model.GenerateAsync(LongPrompt, Slow);
        await foreach (GeneratedToken token in generation.WithCancellation(cancel.Token))
        {
            if (token.Index == 2) await cancel.CancelAsync();
        }

        Assert.Equal(FinishReason.Cancelled, (await generation.Result).Finish);
    }

    [Fact]
    public async Task A_failure_reaches_the_listener_and_the_engine_goes_on()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sandglass-loud-");
        try
        {
            string path = TypedModel.Write(folder.FullName, TensorType.F32, name: "loud", loudness: 1e38f); // products overflow
            using LanguageModel model = LanguageModel.Load(path);
            for (int time = 0; time < 2; time++)
            {
                TextGeneration generation = model.GenerateAsync([1, 2, 3]);
                await Assert.ThrowsAsync<KvCacheException>(() => Run.Read(generation));
                await Assert.ThrowsAsync<KvCacheException>(() => generation.Result);
                await Assert.ThrowsAsync<KvCacheException>(() => Run.Score(model, [1, 2, 3], new ScoreOptions()));
                Assert.Equal(0, model.Pages.Held);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Disposing_ends_what_is_under_way_and_turns_the_rest_away()
    {
        LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        TextGeneration running = model.GenerateAsync(LongPrompt, Slow);
        // one more than run at once
        TextGeneration[] others = [.. Enumerable.Range(1, StepBudget.Sequences).Select(_ => model.GenerateAsync(LongPrompt, Slow))];
        IAsyncEnumerator<TokenScore> score = model.ScoreAsync([1, 2, 3]).GetAsyncEnumerator(); // waits as well
        ValueTask<bool> scored = score.MoveNextAsync();
        await using IAsyncEnumerator<GeneratedToken> tokens = running.GetAsyncEnumerator();
        Assert.True(await tokens.MoveNextAsync());

        model.Dispose();
        model.Dispose();

        while (await tokens.MoveNextAsync()) { }
        Assert.Equal(FinishReason.Cancelled, (await running.Result).Finish);
        foreach (TextGeneration other in others) Assert.Equal(FinishReason.Cancelled, (await other.Result).Finish);
        Assert.Equal(0, (await others[^1].Result).CompletionTokens);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await scored);
        await score.DisposeAsync();
        Assert.Equal(0, model.Pages.Held);
        Assert.Throws<ObjectDisposedException>(() => { model.GenerateAsync("The king"); });
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Run.Score(model, [1, 2], new ScoreOptions()));
    }

    [Fact]
    public void An_empty_prompt_is_refused_where_nothing_is_added_to_it()
    {
        Assert.Equal("prompt-empty", Assert.Throws<GenerationException>(() => { Model.GenerateAsync("", new GenerationOptions { AddBos = false }); }).Code);
        Assert.Equal("prompt-empty", Assert.Throws<GenerationException>(() => { Model.GenerateAsync(Array.Empty<int>()); }).Code);
    }

    [Fact]
    public async Task An_empty_prompt_with_the_begin_token_is_a_beginning()
    {
        Run run = await Run.Of(Model, "", Sampled with { MaxTokens = 3 });

        Assert.Equal([Model.Tokenizer.BosId!.Value], run.Result.PromptIds);
        Assert.Equal(3, run.Tokens.Length);
    }

    [Theory, InlineData(-1), InlineData(4096)]
    public void An_id_outside_the_vocabulary_is_refused(int id)
    {
        GenerationException refused = Assert.Throws<GenerationException>(() => { Model.GenerateAsync([1, id]); });

        Assert.Equal("id-out-of-range", refused.Code);
        Assert.Contains("4095", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"{id}", refused.Message, StringComparison.Ordinal);
        Assert.Throws<GenerationException>(() => { Model.ScoreAsync([1, id]); });
        Assert.Throws<GenerationException>(() => { Model.GenerateAsync([1], new GenerationOptions { EndIds = [id] }); });
    }

    [Fact]
    public void A_prompt_longer_than_the_context_is_refused_with_both_numbers()
    {
        GenerationException refused = Assert.Throws<GenerationException>(() => { Model.GenerateAsync(Evidence.Ids(1030, 4096)); });

        Assert.Equal("prompt-too-long", refused.Code);
        Assert.Contains("1024", refused.Message, StringComparison.Ordinal);
        Assert.Contains("1030", refused.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, GenerationOptions> BadOptions => new()
    {
        { "MaxTokens", new GenerationOptions { MaxTokens = -1 } },
        { "Logprobs", new GenerationOptions { Logprobs = 1001 } },
        { "PrefillChunk", new GenerationOptions { PrefillChunk = -1 } },
        { "TimeLimit", new GenerationOptions { TimeLimit = TimeSpan.Zero } },
        { "LoopNgram", new GenerationOptions { LoopNgram = -1 } },
        { "LoopRepeats", new GenerationOptions { LoopRepeats = 1 } },
        { "Stop", new GenerationOptions { Stop = ["a", ""] } },
        { "Stop", new GenerationOptions { Stop = ["a", null!] } },
        { "Stop", new GenerationOptions { Stop = null! } },
        { "Sampling", new GenerationOptions { Sampling = null! } },
    };

    [Theory, MemberData(nameof(BadOptions))]
    public void An_option_out_of_its_range_is_refused_by_its_name(string name, GenerationOptions options)
    {
        GenerationException refused = Assert.Throws<GenerationException>(() => { Model.GenerateAsync("The king", options); });

        Assert.Equal(("option-out-of-range", name), (refused.Code, refused.Option));
    }

    [Fact]
    public void A_model_that_does_not_ship_inside_is_refused_with_the_names_of_those_that_do()
    {
        GenerationException refused = Assert.Throws<GenerationException>(() => LanguageModel.LoadEmbedded("grain-7b"));

        Assert.Equal("model-unknown", refused.Code);
        Assert.Contains("grain-1m or grain-6m", refused.Message, StringComparison.Ordinal);
        Assert.Throws<GenerationException>(() => LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Threads = -1 }));
        Assert.Throws<GenerationException>(() => LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Context = -1 }));
    }
}
