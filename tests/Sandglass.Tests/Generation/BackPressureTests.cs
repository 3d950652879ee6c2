using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>A text whose reader lags rests, and costs neither memory nor its neighbours' time; it goes on when it is read, and nothing of it is lost.</summary>
public sealed class BackPressureTests : IDisposable
{
    private const int Long = 3 * TextGeneration.MostUnread;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly GenerationOptions Options = new() { Sampling = new SamplerOptions { Seed = 1 }, IgnoreEnd = true, MaxTokens = Long };

    private readonly LanguageModel _model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Window = 64 });

    [Fact]
    public async Task A_text_that_is_read_late_is_the_text_that_is_read_at_once()
    {
        Run prompt = await Run.Of(_model, "The king", Options);
        TextGeneration late = _model.GenerateAsync("The king", Options),
            counted = _model.GenerateAsync("The king", Options with { TimeLimit = TimeSpan.FromHours(1) });
        await Run.Of(_model, "A fox", Options);     // takes as many steps as the late ones would, had they not rested
        Assert.InRange(_model.Pages.Held, 1, int.MaxValue);     // they are not over

        Run read = await Run.Read(late);
        Assert.Equal(prompt.Ids, read.Ids);
        Assert.Equal(prompt.Text, read.Text);
        Assert.Equal(prompt.Text, read.Result.Text);
        Assert.Equal(Long, (await Run.Read(counted)).Tokens.Length);
        Assert.Equal(0, _model.Pages.Held);
    }

    [Fact]
    public async Task As_many_texts_as_run_at_once_may_rest_and_another_is_written()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Window = 64, MostUnread = 16 });
        GenerationOptions options = Options with { MaxTokens = 48 };
        TextGeneration[] unread = [.. Enumerable.Range(0, StepBudget.Sequences + 3).Select(_ => model.GenerateAsync("The king", options))];
        Assert.Equal(48, (await Run.Of(model, "A fox", options)).Tokens.Length);

        Assert.Equal(48, (await Run.Read(unread[^1])).Tokens.Length);
        foreach (TextGeneration generation in unread) await generation.DisposeAsync();
        Assert.Equal(0, model.Pages.Held);
    }

    [Fact]
    public async Task The_result_alone_needs_no_reader_and_few_tokens_can_be_read_afterwards()
    {
        GenerationResult all = await _model.GenerateAsync("The king", Options).Result.WaitAsync(Patience);
        Assert.Equal((FinishReason.Length, Long), (all.Finish, all.CompletionTokens));

        TextGeneration few = _model.GenerateAsync("The king", Options with { MaxTokens = TextGeneration.MostUnread });
        GenerationResult result = await few.Result;
        Assert.Equal(result.Text, (await Run.Read(few)).Text);
        Assert.StartsWith(result.Text, all.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_that_were_not_kept_are_refused_and_never_skipped()
    {
        TextGeneration generation = _model.GenerateAsync("The king", Options);
        await generation.Result;

        Assert.Contains("1024", (await Assert.ThrowsAsync<InvalidOperationException>(() => Run.Read(generation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scores_wait_for_their_reader_too()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Context = 4096 });
        int[] ids = Evidence.Ids(4096, 4096);
        await using IAsyncEnumerator<TokenScore> scores = model.ScoreAsync(ids).GetAsyncEnumerator();
        Assert.True(await scores.MoveNextAsync());
        Assert.Equal(1500, (await Run.Of(model, "A fox", Options with { MaxTokens = 1500, EndIds = [] })).Tokens.Length);
        Assert.InRange(model.Pages.Held, 1, int.MaxValue);

        int count = 1;
        while (await scores.MoveNextAsync()) Assert.Equal(count++, scores.Current.Index);
        Assert.Equal(ids.Length - 1, count);
    }

    [Fact]
    public async Task A_reader_is_woken_once_a_step_and_finds_all_that_came_and_the_end()
    {
        Arrivals arrivals = new();
        OutputQueue<string> queue = new(arrivals: arrivals);
        queue.BeginReading();
        Task<bool> waits = queue.WaitAsync().AsTask();
        queue.Put("a");
        queue.Put("b");
        Assert.Equal(2, queue.Unread);
        await Task.Delay(20);
        Assert.False(waits.IsCompleted);        // the step goes on
        queue.End();
        arrivals.Wake();

        Assert.True(await waits.WaitAsync(Patience));
        Assert.True(queue.TryRead(out string? first) && queue.TryRead(out string? second) && first + second == "ab");
        Assert.False(queue.TryRead(out _));
        Assert.False(await queue.WaitAsync());
        arrivals.Wake();        // nobody is left in it
    }

    [Fact]
    public async Task Tokens_that_are_there_may_be_taken_together()
    {
        Run plain = await Run.Of(_model, "The king", Options with { MaxTokens = 200 });
        TextGeneration generation = _model.GenerateAsync("The king", Options with { MaxTokens = 200, Prediction = plain.Ids });
        Assert.Throws<InvalidOperationException>(() => generation.TryRead(out _));
        List<int> ids = [];
        await foreach (GeneratedToken first in generation)
        {
            ids.Add(first.Id);
            while (generation.TryRead(out GeneratedToken? next)) ids.Add(next.Id);
            Assert.InRange(generation.Unread, 0, 200 - ids.Count);
        }

        Assert.Equal(plain.Ids, ids);
        Assert.Equal((FinishReason.Length, 0), ((await generation.Result).Finish, generation.Unread));
    }

    public static TheoryData<string, FinishReason> Ends => new()
    {
        { "cancelled", FinishReason.Cancelled }, { "timed out", FinishReason.Time }, { "disposed", FinishReason.Cancelled },
    };

    [Theory, MemberData(nameof(Ends))]
    public async Task A_text_that_rests_can_be(string how, FinishReason finish)
    {
        using CancellationTokenSource cancel = new();
        JumpingClock clock = new();
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Window = 64, Time = clock });
        TextGeneration generation = model.GenerateAsync("The king", Options with { TimeLimit = how == "timed out" ? TimeSpan.FromHours(1) : null },
            cancel.Token);
        await using IAsyncEnumerator<GeneratedToken> tokens = generation.GetAsyncEnumerator();
        Assert.True(await tokens.MoveNextAsync());
        await Run.Of(model, "A fox", Options);
        Assert.False(generation.Result.IsCompleted);

        if (how == "cancelled") await cancel.CancelAsync();
        else if (how == "disposed") model.Dispose();
        else clock.Jump();
        GenerationResult result = await generation.Result.WaitAsync(Patience);

        Assert.Equal(finish, result.Finish);
        Assert.InRange(result.CompletionTokens, TextGeneration.MostUnread, Long - 1);
        Assert.Equal(0, model.Pages.Held);
    }

    public void Dispose() => _model.Dispose();

    /// <summary>A clock that jumps by more than an hour when it is told to.</summary>
    private sealed class JumpingClock : TimeProvider
    {
        private long _jump;

        public void Jump() => Volatile.Write(ref _jump, TimestampFrequency * 3601);

        public override long GetTimestamp() => base.GetTimestamp() + Volatile.Read(ref _jump);
    }
}
