using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>The promise for texts that share their steps: each comes out by bits as it does alone, and counts its own work.</summary>
public class TogetherTests(TypedModelFiles files, Grain grain) : IClassFixture<TypedModelFiles>, IClassFixture<Grain>
{
    private static readonly int[] Lengths = [1, 300, 7, 33, 2, 64, 31, 270, 5, 32, 100, 1, 18, 257, 3, 45];
    private static readonly int[] Chunks = [0, 1, 7, 64];

    [Theory, InlineData(2, 1), InlineData(3, 2), InlineData(8, 2), InlineData(16, 2), InlineData(16, 3)]
    public async Task Texts_of_different_lengths_are_what_they_are_alone(int count, int threads)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Threads = threads });
        await Check(model, Requests(count, vocabulary: 4096, shortest: 6));
    }

    [Theory, InlineData(TensorType.Q4_0), InlineData(TensorType.Q8_0), InlineData(TensorType.Q4_K), InlineData(TensorType.F16), InlineData(TensorType.F32)]
    public async Task So_they_are_for_quantised_and_other_weights_in_every_mode(TensorType type)
    {
        foreach (ModelOptions mode in Evidence.Modes)
        {
            using LanguageModel model = LanguageModel.Load(files[type], mode with { Threads = 2 });
            await Check(model, Requests(9, TypedModel.Vocabulary, shortest: 3));
        }
    }

    [Fact]
    public async Task More_texts_than_run_at_once_wait_and_come_out_the_same()
    {
        Request[] requests = [.. Enumerable.Range(0, StepBudget.Sequences + 9)
            .Select(i => new Request(Evidence.Ids(1 + i % 5, 4096), Options(i, tokens: 2 + i % 7)))];
        await Check(grain.Model, requests);
    }

    [Fact]
    public async Task A_text_that_is_joined_and_left_in_the_middle_stays_what_it_is()
    {
        Request first = new(Evidence.Ids(20, 4096), Options(seed: 3, tokens: 120));
        Run alone = await first.Of(grain.Model);

        TextGeneration generation = grain.Model.GenerateAsync(first.Prompt, first.Options);
        List<Task<Run>> others = [];
        List<GeneratedToken> tokens = [];
        await foreach (GeneratedToken token in generation)
        {
            tokens.Add(token);
            if (token.Index % 10 == 3) others.Add(new Request(Evidence.Ids(1 + 30 * others.Count, 4096),
                Options(others.Count, tokens: 1 + 6 * others.Count, chunk: others.Count)).Of(grain.Model));
        }

        Same(alone, new Run([.. tokens], await generation.Result));
        Run[] joined = await Task.WhenAll(others);
        for (int i = 0; i < joined.Length; i++)
            Same(await new Request(Evidence.Ids(1 + 30 * i, 4096), Options(i, tokens: 1 + 6 * i, chunk: i)).Of(grain.Model), joined[i]);
        Assert.Equal(0, grain.Model.Pages.Held);
    }

    [Fact]
    public async Task Neighbours_that_are_cancelled_fail_or_keep_nothing_change_nothing()
    {
        Request[] requests = Requests(5, 4096, shortest: 40);
        Run[] alone = await Alone(grain.Model, requests);
        using CancellationTokenSource cancel = new();

        TextGeneration cancelled = grain.Model.GenerateAsync(Evidence.Ids(50, 4096), Options(1, tokens: 900), cancel.Token);
        TextGeneration failing = grain.Model.GenerateAsync(Evidence.Ids(60, 4096), Options(1, tokens: 9, chunk: 20) with { PromptProgress = new Failing() });
        TextGeneration slow = grain.Model.GenerateAsync(Evidence.Ids(70, 4096), Options(1, tokens: 9, chunk: 30) with { NoCache = true });
        Task<TokenScore[]> scored = Run.Score(grain.Model, Evidence.Ids(300, 4096), new ScoreOptions { HashLogits = true, PrefillChunk = 17 });
        Task<Run[]> together = Task.WhenAll(requests.Select(request => request.Of(grain.Model)));
        await foreach (GeneratedToken token in cancelled)
            if (token.Index == 5) await cancel.CancelAsync();

        Run[] found = await together;
        for (int i = 0; i < requests.Length; i++) Same(alone[i], found[i]);
        Assert.Equal(FinishReason.Cancelled, (await cancelled.Result).Finish);
        await Assert.ThrowsAsync<InvalidOperationException>(() => failing.Result);
        Same(await new Request(Evidence.Ids(70, 4096), Options(1, tokens: 9, chunk: 30) with { NoCache = true }).Of(grain.Model), await Run.Read(slow));
        Assert.Equal(await Evidence.OfText(grain.Model, Evidence.Ids(300, 4096)), (await scored).Select(score => score.LogitsHash));
        Assert.Equal(0, grain.Model.Pages.Held);
    }

    [Theory, InlineData(1, false), InlineData(4, false), InlineData(4, true)]
    public async Task A_failure_inside_one_text_never_reaches_its_neighbours_on_oversubscribed_cores_too(int threadsPerCore, bool busy)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Threads = threadsPerCore * Environment.ProcessorCount });
        Request[] requests = Requests(5, 4096, shortest: 20);
        Run[] alone = await Alone(grain.Model, requests);
        using CancellationTokenSource enough = new();
        Task[] others = [.. Enumerable.Range(0, busy ? Environment.ProcessorCount : 0)
            .Select(_ => Task.Factory.StartNew(() => SpinWait.SpinUntil(() => enough.IsCancellationRequested), TaskCreationOptions.LongRunning))];

        Task<Run>[] failing = [.. Enumerable.Range(0, 6).Select(i => Run.Of(model, Evidence.Ids(20, 4096), Exhausted(afterTokens: 3 * i)))];
        Run[] found = await Task.WhenAll(requests.Select(request => request.Of(model)));
        await enough.CancelAsync();

        for (int i = 0; i < requests.Length; i++) Same(alone[i], found[i]);
        foreach (Task<Run> failed in failing) Assert.Equal("sampling-mix", (await Assert.ThrowsAsync<SamplingException>(() => failed)).Code);
        await Task.WhenAll(others);
        Assert.Equal(0, model.Pages.Held);
    }

    /// <summary>Each token comes once, so the allowed ones run out.</summary>
    private static GenerationOptions Exhausted(int afterTokens) => Options(1, tokens: 90) with
    {
        Sampling = new SamplerOptions
        {
            Samplers = ["no_repeat_ngram", "allowed"],
            NoRepeatNgram = 1,
            AllowedIds = [Evidence.Ids(1, 4096)[0], .. Enumerable.Range(0, 4096).Except(Evidence.Ids(20, 4096)).Take(afterTokens)]
        },
    };

    private static async Task Check(LanguageModel model, Request[] requests)
    {
        Run[] alone = await Alone(model, requests);
        Run[] together = await Task.WhenAll(requests.Select(request => request.Of(model)));
        for (int i = 0; i < requests.Length; i++) Same(alone[i], together[i]);
        Assert.Equal(0, model.Pages.Held);
    }

    private static async Task<Run[]> Alone(LanguageModel model, Request[] requests)
    {
        List<Run> runs = [];
        foreach (Request request in requests) runs.Add(await request.Of(model));
        return [.. runs];
    }

    private static void Same(Run alone, Run together)
    {
        Assert.Equal(alone.Ids, together.Ids);
        Assert.Equal(alone.Text, together.Text);
        Assert.Equal(alone.Hashes, together.Hashes);
        Assert.Equal(alone.Tokens.Select(token => BitConverter.SingleToInt32Bits(token.Logprob)),
            together.Tokens.Select(token => BitConverter.SingleToInt32Bits(token.Logprob)));
        Assert.Equal(alone.Result.Finish, together.Result.Finish);
        Assert.Equal(alone.Result.LayerTokenPasses, together.Result.LayerTokenPasses);
        Assert.Equal(alone.Result.MultiplyAdds, together.Result.MultiplyAdds);
        Assert.Equal(alone.Result.CacheBytes, together.Result.CacheBytes);
    }

    private static Request[] Requests(int count, int vocabulary, int shortest) =>
        [.. Enumerable.Range(0, count)
            .Select(i => new Request(Evidence.Ids(Lengths[i], vocabulary), Options(i, tokens: shortest + 5 * (i % 4), Chunks[i % Chunks.Length])))];

    private static GenerationOptions Options(int seed, int tokens, int chunk = 0) =>
        new()
        {
            Sampling = Evidence.Sampled with { Seed = (ulong)seed },
            MaxTokens = tokens,
            EndIds = [],
            HashLogits = true,
            PrefillChunk = chunk,
            ShareCache = false
        };

    private sealed record Request(int[] Prompt, GenerationOptions Options)
    {
        public Task<Run> Of(LanguageModel model) => Run.Of(model, Prompt, Options);
    }

    private sealed class Failing : IProgress<(int Read, int Total)>
    {
        public void Report((int Read, int Total) value)
        {
            if (value.Read > 20) throw new InvalidOperationException("a listener's own");
        }
    }
}
