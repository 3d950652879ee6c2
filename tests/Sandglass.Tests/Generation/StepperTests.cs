using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.ModelFiles;
using Sandglass.Sampling;
using Sandglass.Tests.Transformer;
using Sandglass.Tokenization;
using Sandglass.Tracing;
using Sandglass.Transformer;

namespace Sandglass.Tests.Generation;

/// <summary>Steps taken one by one by hand: who gets on in which, and who is let in and out.</summary>
public sealed class StepperTests : IClassFixture<TypedModelFiles>, IDisposable
{
    private readonly SmallRun _run;
    private readonly Tokenizer _tokenizer;
    private readonly TokenBuffer _logits;
    private readonly WorkerPool _alone = new(1);
    private readonly Stepper _stepper;
    private readonly SamplingBuffers _choosing = new(TypedModel.Vocabulary);

    public StepperTests(TypedModelFiles files)
    {
        using ModelFile file = ModelFile.Open(files[TensorType.Q4_0]);
        _tokenizer = Tokenizer.From(file.Metadata);
        _run = new SmallRun(files[TensorType.Q4_0], ComputeMode.Fast);
        _logits = new TokenBuffer(StepBudget.Sequences, TypedModel.Vocabulary);
        _stepper = new Stepper(_run.Decoder, _logits, new Choosing(_alone, _choosing));
    }

    [Fact]
    public async Task Who_writes_gets_a_token_in_every_step_while_a_long_prompt_is_read()
    {
        (TextGeneration[] generations, GeneratedSequence[] writers) = Add(count: 3, prompt: 4, tokens: 40);
        _stepper.Step();
        (_, GeneratedSequence[] reader) = Add(count: 1, prompt: 400, tokens: 1);

        int steps = 0;
        for (; !reader[0].IsOver; steps++)
        {
            Assert.All(writers, writer => Assert.Equal(1 + steps, writer.Completion.Length));
            _stepper.Step();
        }
        Assert.Equal(7, steps); // 400 tokens, 64 a step

        while (!_stepper.Scheduler.IsIdle) _stepper.Step();
        Assert.All(generations, generation => Assert.True(generation.Result.IsCompletedSuccessfully));
        Assert.Equal(40, (await generations[0].Result).CompletionTokens);
        Assert.Equal(0, _run.Pages.Held);
    }

    [Theory, InlineData(0, 256, 64, 128), InlineData(256, 256, 253, 253), InlineData(40, 40, 37, 37), InlineData(17, 17, 14, 14)]
    public void A_step_has_the_tokens_that_it_may_have(int tokens, int alone, int besideThree, int drafts)
    {
        StepBudget budget = new(Rows: 20, tokens);
        Assert.Equal((alone, besideThree), (budget.PromptsBeside(0), budget.PromptsBeside(3)));
        Assert.Equal(drafts, budget.DraftsBeside(3, prompts: 0));
        Assert.InRange(budget.RowsBeside(prompts: 1) + budget.PromptsBeside(budget.RowsBeside(prompts: 1)), 1, tokens == 0 ? 256 : tokens);
        Assert.True(budget.PromptsBeside(budget.RowsBeside(prompts: 1)) >= StepBudget.SmallestShare);
        Assert.InRange(budget.RowsBeside(prompts: 1), 1, 20);
    }

    [Theory, InlineData(1, 0), InlineData(3, 17), InlineData(64, 20), InlineData(7, 256)]
    public async Task Texts_are_the_same_whatever_runs_together_and_whatever_a_step_has(int batch, int tokens)
    {
        (TextGeneration[] alone, _) = Add(count: 9, prompt: 50, tokens: 20);
        while (!_stepper.Scheduler.IsIdle) _stepper.Step();
        Stepper stepper = new(_run.Decoder, _logits, new Choosing(_alone, _choosing),
            new Scheduler(new ModelOptions { MaxBatch = batch, MaxBatchTokens = tokens }));
        (TextGeneration[] together, _) = Add(count: 9, prompt: 50, tokens: 20, to: stepper.Scheduler);
        int steps = 0;
        for (; !stepper.Scheduler.IsIdle; steps++) stepper.Step();
        if (tokens > 0) Assert.True(steps * tokens >= 9 * (50 + 19));
        Assert.True(steps >= 20 * ((9 + batch - 1) / batch));
        for (int i = 0; i < alone.Length; i++) Assert.Equal((await Run.Read(alone[i])).Hashes, (await Run.Read(together[i])).Hashes);
        Assert.Equal(0, _run.Pages.Held);
    }

    [Fact]
    public void A_short_prompt_is_read_before_a_long_one_that_came_first()
    {
        (_, GeneratedSequence[] reader) = Add(count: 1, prompt: 450, tokens: 1);
        (_, GeneratedSequence[] behind) = Add(count: 1, prompt: 100, tokens: 3);
        _stepper.Step();

        Assert.Equal((1, 0), (behind[0].Completion.Length, reader[0].Completion.Length));
        Assert.Equal(128, reader[0].Cache.Length); // half of the step's 256
        _stepper.Scheduler.Close();
        Assert.Equal(0, _run.Pages.Held);
    }

    [Fact]
    public void As_many_run_as_may_and_the_next_comes_when_one_has_left()
    {
        (TextGeneration[] generations, GeneratedSequence[] sequences) = Add(StepBudget.Sequences + 1, prompt: 1, tokens: 3);
        _stepper.Step();
        Assert.All(sequences[..^1], sequence => Assert.Equal(1, sequence.Cache.Length));
        Assert.Equal(0, sequences[^1].Cache.Length);
        _stepper.Step();
        _stepper.Step();
        Assert.All(generations[..^1], generation => Assert.True(generation.Result.IsCompletedSuccessfully));
        Assert.False(generations[^1].Result.IsCompleted);

        for (int i = 0; i < 3; i++) _stepper.Step();
        Assert.True(generations[^1].Result.IsCompletedSuccessfully);
        Assert.True(_stepper.Scheduler.IsIdle);
        Assert.Equal(0, _run.Pages.Held);
    }

    [Fact]
    public async Task Who_is_cancelled_while_waiting_hears_at_the_next_step_and_did_no_work()
    {
        Add(StepBudget.Sequences, prompt: 1, tokens: 9);
        using CancellationTokenSource cancel = new();
        (TextGeneration[] waiting, _) = Add(count: 1, prompt: 1, tokens: 9, cancel.Token);
        _stepper.Step();
        Assert.False(waiting[0].Result.IsCompleted);

        await cancel.CancelAsync();
        _stepper.Step();

        GenerationResult result = await waiting[0].Result;
        Assert.Equal((FinishReason.Cancelled, 0, 0L), (result.Finish, result.CompletionTokens, result.LayerTokenPasses));
        _stepper.Scheduler.Close();
        Assert.Equal(0, _run.Pages.Held);
    }

    [Fact]
    public async Task One_whose_pages_cannot_be_had_fails_alone_and_the_others_do_not_notice()
    {
        (TextGeneration[] alone, _) = Add(count: 2, prompt: 5, tokens: 6);
        while (!_stepper.Scheduler.IsIdle) _stepper.Step();

        using PagePool impossible = new(new CacheShape(1, 1, 1 << 30, 1 << 30, CacheType.F32) with { Layers = 1 << 20 });
        (TextGeneration[] together, _) = Add(count: 2, prompt: 5, tokens: 6);
        (TextGeneration[] failing, GeneratedSequence[] failed) = Add(count: 1, prompt: 5, tokens: 6, pages: impossible);
        while (!_stepper.Scheduler.IsIdle) _stepper.Step();

        await Assert.ThrowsAsync<OutOfMemoryException>(() => failing[0].Result);
        for (int i = 0; i < 2; i++)
        {
            Run one = await Run.Read(alone[i]), other = await Run.Read(together[i]);
            Assert.Equal(one.Hashes, other.Hashes);
            // the forward that failed counts for nobody
            Assert.Equal((one.Result.LayerTokenPasses, one.Result.MultiplyAdds), (other.Result.LayerTokenPasses, other.Result.MultiplyAdds));
        }
        Assert.Equal((0L, new MultiplyAdds()), (failed[0].Work.LayerTokenPasses, failed[0].Work.MultiplyAdds));
        Assert.Equal(0, _run.Pages.Held);
    }

    [Theory, InlineData(1, false), InlineData(4, false), InlineData(7, false), InlineData(4, true)]
    public async Task Where_pages_run_out_the_newest_wait_and_every_text_stays_what_it_is(int count, bool share)
    {
        (TextGeneration[] ample, _) = Add(count, prompt: 40, tokens: 60);
        while (!_stepper.Scheduler.IsIdle) _stepper.Step();
        Assert.Equal(0, _stepper.Scheduler.Preemptions);

        CacheShape shape = _run.Pages.Shape;
        using PagePool tight = new(shape, budget: 5 * shape.SetBytes); // a text takes 4 in the end
        (TextGeneration[] scarce, _) = Add(count, prompt: 40, tokens: 60, pages: tight, share: share);
        for (int steps = 0; !_stepper.Scheduler.IsIdle; steps++)
        {
            Assert.InRange(steps, 0, 1000);
            _stepper.Step();
            Assert.InRange(tight.Held, 0, 5 * shape.Layers);
        }

        Assert.Equal(count > 1, _stepper.Scheduler.Preemptions > 0);
        Assert.Equal(0, tight.Held);
        for (int i = 0; i < count; i++)
        {
            Run one = await Run.Read(ample[i]), other = await Run.Read(scarce[i]);
            Assert.Equal(one.Hashes, other.Hashes);
            Assert.Equal(one.Text, other.Text);
            if (!share) Assert.True(other.Result.LayerTokenPasses >= one.Result.LayerTokenPasses); // what was read again is counted: it was done
        }
    }

    [Fact]
    public async Task One_that_has_all_pages_and_needs_more_fails_with_both_numbers()
    {
        CacheShape shape = _run.Pages.Shape;
        using PagePool tight = new(shape, budget: 2 * shape.SetBytes);
        (TextGeneration[] alone, _) = Add(count: 1, prompt: 60, tokens: 30, pages: tight);
        while (!_stepper.Scheduler.IsIdle) _stepper.Step();

        GenerationException refused = await Assert.ThrowsAsync<GenerationException>(() => alone[0].Result);
        Assert.Equal("cache-too-small", refused.Code);
        Assert.Contains($"{3 * shape.SetBytes}", refused.Expected, StringComparison.Ordinal);
        Assert.Contains($"{2 * shape.SetBytes}", refused.Found, StringComparison.Ordinal);
        Assert.Equal(0, tight.Held);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_cannot_be_told_of_its_end_does_not_hold_up_the_others(bool failsTwice)
    {
        (TextGeneration[] before, _) = Add(count: 1, prompt: 5, tokens: 3);
        Unreachable unreachable = new(_run.Pages, failsTwice);
        _stepper.Scheduler.Add(unreachable);
        (TextGeneration[] behind, _) = Add(count: 2, prompt: 5, tokens: 6);
        while (!_stepper.Scheduler.IsIdle) _stepper.Step();

        Assert.Equal(1, unreachable.Ends);
        Assert.Equal(failsTwice ? null : "no", unreachable.Told?.Message);
        Assert.Equal([3, 6, 6], (await Task.WhenAll(from generation in before.Concat(behind) select generation.Result))
            .Select(result => result.CompletionTokens));
        Assert.Equal(0, _run.Pages.Held);
    }

    [Fact]
    public async Task One_that_cannot_guess_ends_alone()
    {
        (TextGeneration[] before, _) = Add(count: 1, prompt: 5, tokens: 3);
        Misguesser misguesser = new(_run.Pages);
        _stepper.Scheduler.Add(misguesser);
        (TextGeneration[] behind, _) = Add(count: 2, prompt: 5, tokens: 6);
        while (!_stepper.Scheduler.IsIdle) _stepper.Step();

        Assert.Equal("no guess", misguesser.Told?.Message);
        Assert.Equal([3, 6, 6], (await Task.WhenAll(from generation in before.Concat(behind) select generation.Result))
            .Select(result => result.CompletionTokens));
        Assert.Equal(0, _run.Pages.Held);
    }

    [Fact]
    public async Task One_whose_pages_cannot_be_made_known_ends_alone()
    {
        (TextGeneration[] before, _) = Add(count: 1, prompt: 5, tokens: 3);
        Unsettled unsettled = new(_run.Pages);
        _stepper.Scheduler.Add(unsettled);
        (TextGeneration[] after, _) = Add(count: 2, prompt: 5, tokens: 6);
        while (!_stepper.Scheduler.IsIdle) _stepper.Step();

        Assert.Equal("not to be shared", unsettled.Told?.Message);
        Assert.Equal([3, 6, 6], (await Task.WhenAll(from generation in before.Concat(after) select generation.Result))
            .Select(result => result.CompletionTokens));
        Assert.Equal(0, _run.Pages.Held);
    }

    [Fact]
    public async Task A_sample_that_cannot_be_made_fails_alone()
    {
        GenerationOutput[] outputs = [.. Enumerable.Range(0, 4).Select(_ => new GenerationOutput())];
        GenerationRequest request = Request(prompt: 40, tokens: 6);
        GeneratedSequence Make(GeneratedSequence first, int number) =>
            number == 1 ? throw new InvalidOperationException("no third") : new(request, number + 1, outputs[number + 1], first);
        _stepper.Scheduler.Add(new GeneratedSequence(request, 0, outputs[0]) { Siblings = new Siblings(outputs[1..], Make) });
        while (!_stepper.Scheduler.IsIdle) _stepper.Step();

        Assert.Equal("no third", (await Assert.ThrowsAsync<InvalidOperationException>(() => outputs[2].Result)).Message);
        foreach (int sample in new[] { 0, 1, 3 }) Assert.Equal(6, (await outputs[sample].Result).CompletionTokens);
        Assert.Equal(0, _run.Pages.Held);
    }

    public void Dispose()
    {
        _run.Dispose();
        _logits.Dispose();
    }

    private (TextGeneration[] Generations, GeneratedSequence[] Sequences) Add(int count, int prompt, int tokens, CancellationToken cancellation = default,
        PagePool? pages = null, bool share = false, Scheduler? to = null)
    {
        GenerationRequest request = Request(prompt, tokens, pages, share);
        GenerationOutput[] outputs = [.. Enumerable.Range(0, count).Select(_ => new GenerationOutput(cancellation))];
        TextGeneration[] generations = [.. outputs.Select(output => new TextGeneration(output))];
        GeneratedSequence[] sequences = [.. outputs.Select((output, i) => new GeneratedSequence(request, i, output))];
        foreach (GeneratedSequence sequence in sequences) (to ?? _stepper.Scheduler).Add(sequence);
        return (generations, sequences);
    }

    private GenerationRequest Request(int prompt, int tokens, PagePool? pages = null, bool share = false) => new()
    {
        Prompt = Evidence.Ids(prompt, TypedModel.Vocabulary),
        Options = new GenerationOptions { Sampling = Evidence.Sampled, MaxTokens = tokens, EndIds = [], HashLogits = true, ShareCache = share },
        Model = new ModelOptions(),
        Tokenizer = _tokenizer,
        Pages = pages ?? _run.Pages,
        Buffers = _choosing,
        Positions = 512,
        Seed = 0,
        EndIds = new HashSet<int>(),
    };

    /// <summary>Reads two tokens, wants no logits, and fails when it is told that it is over.</summary>
    private sealed class Unreachable(PagePool pages, bool failsTwice) : Sequence([1, 2], 2, pages)
    {
        public int Ends { get; private set; }

        public Exception? Told { get; private set; }

        public override int LongestChunk => int.MaxValue;

        public override int FirstScored => int.MaxValue;

        public override void CheckInterruption() { }

        public override void ChunkRead() => IsOver = true;

        public override void Take(ReadOnlySpan<float> logits) { }

        public override void Close() => IsOver = true;

        protected override void Complete(long cacheBytes)
        {
            Ends++;
            throw new InvalidOperationException("no");
        }

        protected override void Complete(Exception failure) => Told = failsTwice ? throw new InvalidOperationException("nor this") : failure;
    }
    /// <summary>Writes the same token again and again, and fails when it is to guess what follows.</summary>
    private sealed class Misguesser(PagePool pages) : Sequence([1, 2], 2, pages)
    {
        public Exception? Told { get; private set; }

        public override int LongestChunk => int.MaxValue;

        public override int FirstScored => Length - 1;

        protected override int MostDrafts => 2;

        public override void CheckInterruption() { }

        public override void ChunkRead() { }

        public override void Take(ReadOnlySpan<float> logits) => Append(1);

        public override void Close() => IsOver = true;

        protected override int Guess(Span<int> to) => throw new InvalidOperationException("no guess");

        protected override void Complete(long cacheBytes) { }

        protected override void Complete(Exception failure) => Told = failure;
    }

    /// <summary>Fails between two steps.</summary>
    private sealed class Unsettled(PagePool pages) : Sequence([1, 2], 2, pages)
    {
        public Exception? Told { get; private set; }

        public override int LongestChunk => int.MaxValue;

        public override int FirstScored => Length - 1;

        protected override bool SharesCache => Length == 4 ? throw new InvalidOperationException("not to be shared") : false;

        public override void CheckInterruption() { }

        public override void ChunkRead() { }

        public override void Take(ReadOnlySpan<float> logits) => Append(1);

        public override void Close() => IsOver = true;

        protected override void Complete(long cacheBytes) { }

        protected override void Complete(Exception failure) => Told = failure;
    }
}
