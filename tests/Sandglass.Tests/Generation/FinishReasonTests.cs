using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>Each reason to end, by its rule.</summary>
public class FinishReasonTests(Grain grain) : IClassFixture<Grain>
{
    private const string Prompt = "Once upon a time";

    private static readonly GenerationOptions Greedy = new() { Sampling = SamplerOptions.Greedy, MaxTokens = 24 };

    private LanguageModel Model => grain.Model;

    [Fact]
    public async Task Length_after_as_many_tokens_as_were_asked_for()
    {
        Run run = await Run.Of(Model, Prompt, Greedy);

        Assert.Equal(FinishReason.Length, run.Result.Finish);
        Assert.Equal(24, run.Tokens.Length);
        Assert.Equal(24, run.Result.CompletionTokens);
        Assert.Equal(Enumerable.Range(0, 24), run.Tokens.Select(token => token.Index));
    }

    [Fact]
    public async Task No_tokens_asked_for_are_none()
    {
        Run run = await Run.Of(Model, Prompt, Greedy with { MaxTokens = 0 });

        Assert.Equal(FinishReason.Length, run.Result.Finish);
        Assert.Empty(run.Tokens);
        Assert.Equal(0, run.Result.LayerTokenPasses);
        Assert.Null(run.Result.TimeToFirstToken);
    }

    [Fact]
    public async Task Eos_at_an_end_id_which_is_told_and_not_shown()
    {
        Run free = await Run.Of(Model, Prompt, Greedy);
        int end = free.Ids[7], at = Array.IndexOf(free.Ids, end);

        Run run = await Run.Of(Model, Prompt, Greedy with { EndIds = [end, 17], MaxTokens = at + 1 }); // both rules hold: the end of the text counts

        Assert.Equal(FinishReason.Eos, run.Result.Finish);
        Assert.Equal(free.Ids[..(at + 1)], run.Ids);
        Assert.Equal(free.Tokens[at].Logprob, run.Tokens[at].Logprob);
        Assert.True(run.Tokens[at].Bytes.IsEmpty);
        Assert.Equal(string.Concat(free.Tokens[..at].Select(token => token.Text)), run.Text);
    }

    [Fact]
    public async Task An_end_id_that_is_ignored_is_never_chosen()
    {
        Run free = await Run.Of(Model, Prompt, Greedy);
        Run run = await Run.Of(Model, Prompt, Greedy with { EndIds = [free.Ids[3]], IgnoreEnd = true });

        Assert.Equal(FinishReason.Length, run.Result.Finish);
        Assert.Equal(free.Ids[..3], run.Ids[..3]);
        Assert.DoesNotContain(free.Ids[3], run.Ids);
    }

    [Fact]
    public async Task The_models_own_end_ids_count_unless_others_are_named()
    {
        int own = Assert.Single(Model.Tokenizer.EndIds);
        SamplerOptions sampling = new() { Temperature = 1.5, TopK = 0, TopP = 1, MinP = 0, Seed = 1 };
        Run? ended = null;
        for (ulong seed = 0; seed < 60 && ended?.Result.Finish != FinishReason.Eos; seed++)
            ended = await Run.Of(Model, "\"Yes,\" said the king, and they lived happily ever after.",
                new GenerationOptions { Sampling = sampling with { Seed = seed }, MaxTokens = 40 });

        Assert.Equal(FinishReason.Eos, ended!.Result.Finish);
        Assert.Equal(own, ended.Ids[^1]);

        Run others = await Run.Of(Model, ended.Result.PromptIds,
            new GenerationOptions { Sampling = sampling with { Seed = ended.Result.Seed }, MaxTokens = 45, EndIds = [] });
        Assert.Equal(ended.Ids, others.Ids[..ended.Ids.Length]);
        Assert.Equal(FinishReason.Length, others.Result.Finish);
    }

    [Fact]
    public async Task Stop_at_a_stop_text_that_begins_and_ends_inside_tokens_and_is_never_shown()
    {
        Run free = await Run.Of(Model, Prompt, Greedy);
        string stop = (free.Tokens[5].Text + free.Tokens[6].Text + free.Tokens[7].Text)[1..^1];
        string before = free.Text[..free.Text.IndexOf(stop, StringComparison.Ordinal)];

        Run run = await Run.Of(Model, Prompt, Greedy with { Stop = ["never", stop] });

        Assert.Equal(FinishReason.Stop, run.Result.Finish);
        Assert.Equal(before, run.Text);
        Assert.Equal(free.Ids[..run.Ids.Length], run.Ids); // the tokens of the stop text are told
        Assert.InRange(run.Ids.Length, 6, 8);
    }

    [Fact]
    public async Task A_stop_text_that_does_not_come_to_its_end_is_shown_when_the_text_is_over()
    {
        Run free = await Run.Of(Model, Prompt, Greedy);

        Run run = await Run.Of(Model, Prompt, Greedy with { Stop = [free.Text[^6..] + "\u2603"] });

        Assert.Equal(FinishReason.Length, run.Result.Finish);
        Assert.Equal(free.Text, run.Text);
        Assert.EndsWith(free.Text[^6..], run.Tokens[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Context_when_prompt_and_completion_fill_it()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Context = 32 });

        Run run = await Run.Of(model, Prompt, Greedy with { MaxTokens = null, IgnoreEnd = true });

        Assert.Equal(FinishReason.Context, run.Result.Finish);
        Assert.Equal(32, run.Result.PromptIds.Count + run.Tokens.Length);
    }

    [Fact]
    public async Task Context_at_once_where_the_prompt_fills_it_alone()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Context = 32 });

        Run run = await Run.Of(model, Evidence.Ids(32, 4096), Greedy);

        Assert.Equal(FinishReason.Context, run.Result.Finish);
        Assert.Empty(run.Tokens); // prompt and completion together take at most the context
    }

    [Fact]
    public async Task Time_is_up_also_while_a_prompt_is_read()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = new SteppingTime() });

        Run run = await Run.Of(model, Evidence.Ids(200, 4096), Greedy with { PrefillChunk = 10, TimeLimit = TimeSpan.FromSeconds(6) });

        Assert.Equal((FinishReason.Time, 0), (run.Result.Finish, run.Result.CompletionTokens));
        Assert.InRange(run.Result.LayerTokenPasses, 2, 2 * 100); // it began, and did not go on
        Assert.Equal(0, model.Pages.Held);
    }

    [Fact]
    public async Task Loop_when_the_same_tokens_come_again_and_again()
    {
        Run free = await Run.Of(Model, Prompt, Greedy with { MaxTokens = 200, EndIds = [] });
        Run run = await Run.Of(Model, Prompt, Greedy with { MaxTokens = 200, EndIds = [], LoopNgram = 4, LoopRepeats = 3 });

        Assert.Equal(FinishReason.Loop, run.Result.Finish);
        Assert.Equal(free.Ids[..run.Ids.Length], run.Ids);
        Assert.Equal(3, Enumerable.Range(0, run.Ids.Length - 3).Count(at => run.Ids.AsSpan(at, 4).SequenceEqual(run.Ids.AsSpan()[^4..])));
    }

    [Fact]
    public async Task Time_when_the_limit_has_passed()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = new SteppingTime() });

        Run run = await Run.Of(model, Prompt, Greedy with { TimeLimit = TimeSpan.FromSeconds(20) });

        Assert.Equal(FinishReason.Time, run.Result.Finish);
        Assert.InRange(run.Tokens.Length, 2, 20); // each look at the clock takes a second, each token a few
        Assert.True(run.Tokens[^1].Elapsed >= TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Cancelled_at_the_next_token()
    {
        using CancellationTokenSource cancel = new();
        // read anew for each token: so slow that a busy machine's listener is in time
        TextGeneration generation = Model.GenerateAsync(Evidence.Ids(400, 4096), Greedy with { MaxTokens = 600, EndIds = [], NoCache = true }, cancel.Token);
        List<GeneratedToken> tokens = [];
        await foreach (GeneratedToken token in generation)
        {
            tokens.Add(token);
            if (tokens.Count == 3) await cancel.CancelAsync();
        }

        GenerationResult result = await generation.Result;
        Assert.Equal(FinishReason.Cancelled, result.Finish);
        Assert.Equal(tokens.Count, result.CompletionTokens);
        Assert.InRange(tokens.Count, 3, 599);
    }

    [Fact]
    public async Task Cancelled_before_the_first_token()
    {
        Run run = await Run.Read(Model.GenerateAsync(Prompt, Greedy, new CancellationToken(canceled: true)));

        Assert.Equal(FinishReason.Cancelled, run.Result.Finish);
        Assert.Empty(run.Tokens);
        Assert.Equal(0, run.Result.LayerTokenPasses);
    }

    [Fact]
    public async Task Cancelled_between_two_chunks_of_a_long_prompt_with_the_figures_of_what_was_done()
    {
        CallingClock clock = new();
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = clock });
        HashSet<long> passes = [];
        for (int look = 1; look < 100; look++)
        {
            using CancellationTokenSource cancel = new();
            clock.At(look, cancel.Cancel);
            Run run = await Run.Read(model.GenerateAsync(Evidence.Ids(40, 4096), Greedy with { PrefillChunk = 8, TimeLimit = TimeSpan.FromHours(1) },
                cancel.Token));
            Assert.Equal(0, model.Pages.Held);
            if (run.Tokens.Length > 0) break;
            Assert.Equal(FinishReason.Cancelled, run.Result.Finish);
            passes.Add(run.Result.LayerTokenPasses);
        }

        Assert.Equal([0, 8, 16, 24, 32], passes.Order().Select(all => all / model.Shape.Layers));
    }

    /// <summary>A clock that goes on by a second whenever someone looks at it.</summary>
    private sealed class SteppingTime : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Increment(ref _seconds);
    }
}
