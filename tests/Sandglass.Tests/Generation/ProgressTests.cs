using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>A caller's handler of progress runs on no thread of the engine's: it may lag, block or fail, and only its own text hears of it.</summary>
public class ProgressTests(Grain grain) : IClassFixture<Grain>
{
    private static readonly GenerationOptions Options = new()
    {
        Sampling = SamplerOptions.Greedy,
        MaxTokens = 20,
        EndIds = [],
        PrefillChunk = 8,
        ShareCache = false
    };

    [Fact]
    public async Task A_long_prompt_reports_how_far_it_was_read_in_order_and_all_of_it_before_the_first_token()
    {
        Recorder reports = new();
        TextGeneration generation = grain.Model.GenerateAsync(Evidence.Ids(20, 4096), Options with { PromptProgress = reports });
        await foreach (GeneratedToken token in generation)
        {
            if (token.Index == 0) Assert.Equal((20, 20), reports.All[^1]);
        }

        Assert.Equal(reports.All.Order(), reports.All);
        Assert.Subset(new HashSet<(int, int)> { (8, 20), (16, 20), (20, 20) }, reports.All.ToHashSet());
    }

    [Fact]
    public async Task A_handler_that_blocks_holds_up_its_own_text_and_no_neighbour()
    {
        using ManualResetEventSlim release = new();
        Recorder blocked = new(() => release.Wait());
        TextGeneration slow = grain.Model.GenerateAsync(Evidence.Ids(100, 4096), Options with { PromptProgress = blocked });
        TokenScore[] scores = [];
        Task scoring = Task.Run(async () =>
            scores = await Run.Score(grain.Model, Evidence.Ids(60, 4096), new ScoreOptions { PrefillChunk = 8, Progress = blocked }));

        Assert.Equal(20, (await Run.Of(grain.Model, "The king", Options)).Tokens.Length);      // comes after, and is done before
        Assert.False(slow.Result.IsCompleted);
        Assert.False(scoring.IsCompleted);

        release.Set();
        Assert.Equal(20, (await Run.Read(slow)).Tokens.Length);
        await scoring;
        Assert.Equal(59, scores.Length);
        Assert.Contains((100, 100), blocked.All);
        Assert.Contains((59, 59), blocked.All);
        Assert.True(blocked.All.Count < 13 + 8, "what the handler was too late for is left out");
    }

    [Fact]
    public async Task A_handler_that_fails_ends_its_own_text_with_its_exception()
    {
        Recorder failing = new(() => throw new InvalidOperationException("a handler's own"));
        TextGeneration generation = grain.Model.GenerateAsync(Evidence.Ids(40, 4096), Options with { MaxTokens = 900, PromptProgress = failing });

        Assert.Equal("a handler's own", (await Assert.ThrowsAsync<InvalidOperationException>(() => generation.Result)).Message);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Run.Read(generation));
        Assert.Equal("a handler's own",
            (await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Run.Score(grain.Model, Evidence.Ids(400, 4096), new ScoreOptions { PrefillChunk = 8, Progress = failing }))).Message);
        Assert.Equal(0, grain.Model.Pages.Held);
    }

    [Fact]
    public void Loading_reports_to_the_last_byte_in_order_and_not_on_a_thread_that_loads()
    {
        LoadRecorder reports = new();
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { LoadProgress = reports });

        Assert.NotEmpty(reports.All);
        Assert.Equal(reports.All[^1].Total, reports.All[^1].Read);
        Assert.Equal(reports.All.Order(), reports.All);
        Assert.DoesNotContain(reports.Threads, name => name?.StartsWith("sandglass", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void A_load_handler_that_fails_ends_the_load() =>
        Assert.Equal("enough", Assert.Throws<InvalidOperationException>(() =>
            LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { LoadProgress = new LoadRecorder(() => throw new InvalidOperationException("enough")) }))
            .Message);

    private sealed class Recorder(Action? first = null) : IProgress<(int Read, int Total)>
    {
        public List<(int Read, int Total)> All { get; } = [];

        public void Report((int Read, int Total) value)
        {
            first?.Invoke();
            lock (All) All.Add(value);
        }
    }

    private sealed class LoadRecorder(Action? first = null) : IProgress<(long Read, long Total)>
    {
        public List<(long Read, long Total)> All { get; } = [];

        public List<string?> Threads { get; } = [];

        public void Report((long Read, long Total) value)
        {
            first?.Invoke();
            All.Add(value);
            Threads.Add(Thread.CurrentThread.Name);
        }
    }
}
