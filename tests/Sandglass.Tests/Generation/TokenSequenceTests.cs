using System.Runtime.CompilerServices;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>A loop of the caller's own: the bits of the engine's loop, beside other texts, and refusals that leave the text as it was.</summary>
public sealed class TokenSequenceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);   // for what would never come, on a machine that is busy

    [Theory]
    [InlineData("grain-1m", ComputeMode.Fast, CacheType.F16), InlineData("grain-6m", ComputeMode.Fast, CacheType.F16),
        InlineData("grain-1m", ComputeMode.Exact, CacheType.Q4)]
    public async Task Its_ids_and_bits_are_those_of_the_engines_own_loop(string name, ComputeMode compute, CacheType cache)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded(name, new ModelOptions { Compute = compute, CacheType = cache });
        int[] prompt = model.Tokenizer.Encode("Once upon a time there was a king who had three sons").Ids;
        SamplerOptions sampling = new() { Temperature = 0.9, RepetitionPenalty = 1.2, Seed = 7 };     // a penalty looks back at the prompt too

        Run expected = await Evidence.OfRun(model, prompt, 40, sampling: sampling);
        (int[] ids, string[] hashes) = await Write(model, prompt, sampling, 40);

        Assert.Equal(expected.Ids, ids);
        Assert.Equal(expected.Hashes, hashes);
        Assert.Equal(0, model.Pages.Held);
    }

    [Fact]
    public async Task Fed_in_pieces_beside_other_texts_it_has_the_same_logits()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        int[] ids = Evidence.Ids(100, 4096);
        string?[] expected = await Evidence.OfText(model, [.. ids, 0]);

        Task<Run>[] others = [.. Enumerable.Range(1, 3).Select(n => Evidence.OfRun(model, ids[..(9 * n)], 60))];
        await using TokenSequence text = model.StartSequence(), other = model.StartSequence(new SequenceOptions { ShareCache = false });
        int read = 0;
        foreach (int piece in (int[])[33, 1, 1, 30, 35])
        {
            ReadOnlyMemory<float> logits = await text.ReadAsync(ids[read..(read + piece)]), same = await other.ReadAsync(ids[read..(read + piece)]);
            read += piece;
            Assert.Equal((expected[read - 1], expected[read - 1], read), (LogitsHash.Of(logits.Span), LogitsHash.Of(same.Span), text.Length));
        }
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task More_than_a_step_has_rows_for_take_turns_and_while_they_rest_they_keep_no_place()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        TokenSequence[] texts = [.. Enumerable.Range(0, StepBudget.Sequences + 6).Select(_ => model.StartSequence())];
        int[] ids = Evidence.Ids(8, 4096);
        string expected = (await Evidence.OfText(model, [.. ids, 0]))[^1]!;

        foreach (int[] piece in (int[][])[ids[..6], [ids[6]], [ids[7]]])
        {
            ReadOnlyMemory<float>[] logits = await Task.WhenAll(texts.Select(text => text.ReadAsync(piece).AsTask())).WaitAsync(Patience);
            if (piece[0] == ids[7]) Assert.All(logits, row => Assert.Equal(expected, LogitsHash.Of(row.Span)));
        }

        Run other = await Evidence.OfRun(model, ids, 5).WaitAsync(Patience);
        Assert.Equal(5, other.Tokens.Length);
        foreach (TokenSequence text in texts) await text.DisposeAsync().AsTask().WaitAsync(Patience);
        Assert.Equal(0, model.Pages.Held);
    }

    [Fact]
    public async Task An_engine_that_is_stepped_reads_when_it_is_stepped()
    {
        using LanguageModel stepped = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { IsStepped = true, Threads = 1 });
        TokenSequence text = stepped.StartSequence();

        Task<ReadOnlyMemory<float>> read = text.ReadAsync([1, 2, 3]).AsTask();
        Assert.False(read.IsCompleted);
        Assert.True(stepped.Step());
        string first = LogitsHash.Of((await read.WaitAsync(Patience)).Span);
        Assert.False(stepped.Step());       // it rests
        Task end = text.DisposeAsync().AsTask();
        Assert.False(stepped.Step());
        await end.WaitAsync(Patience);

        using LanguageModel threaded = LanguageModel.LoadEmbedded("grain-1m");
        await using TokenSequence other = threaded.StartSequence();
        Assert.Equal(LogitsHash.Of((await other.ReadAsync([1, 2, 3])).Span), first);
        Assert.Equal(0, stepped.Pages.Held);
    }

    [Fact]
    public async Task What_rests_gives_its_pages_to_others_and_is_read_again_with_the_same_bits()
    {
        int[] ids = Evidence.Ids(96, 4096);
        using LanguageModel wide = LanguageModel.LoadEmbedded("grain-1m");
        string?[] expected = await Evidence.OfText(wide, [.. ids, 0]);
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheMemory = 5 * wide.Pages.Shape.SetBytes });

        await using TokenSequence text = model.StartSequence(new SequenceOptions { ShareCache = false });
        await text.ReadAsync(ids[..95]);
        Assert.True(model.Pages.Held > 0, "it holds no page: the test shows nothing");
        await Evidence.OfRun(model, ids[..80], 30);     // needs four of the five
        Assert.True(model.Activity.Preemptions > 0, "it kept its pages: the test shows nothing");

        ReadOnlyMemory<float> logits = await text.ReadAsync(ids[95..]).AsTask().WaitAsync(Patience);
        Assert.Equal(expected[95], LogitsHash.Of(logits.Span));
    }

    [Fact]
    public async Task What_cannot_be_read_is_refused_and_the_text_goes_on()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Context = 64 });
        await using TokenSequence text = model.StartSequence(), same = model.StartSequence();
        int[] ids = Evidence.Ids(64, 4096);
        Assert.Equal("prompt-empty", Refused(() => text.ReadAsync([])).Code);
        Assert.Equal("prompt: expected at most 64 tokens, the context, found 65 tokens.", Refused(() => text.ReadAsync([.. ids, 1])).Message);
        await text.ReadAsync(ids[..60]);

        Assert.Equal(("sequence-full", "ids: expected at most 4 more tokens, since the context is 64, found 5 tokens."),
            (Refused(() => text.ReadAsync(ids[..5])).Code, Refused(() => text.ReadAsync(ids[..5])).Message));
        Assert.Equal("ids: expected ids from 0 to 4095, found 4096.", Refused(() => text.ReadAsync([4096])).Message);
        Assert.Equal(60, text.Length);
        string last = LogitsHash.Of((await text.ReadAsync(ids[60..])).Span);

        Assert.Equal(LogitsHash.Of((await same.ReadAsync(ids)).Span), last);
        Assert.Equal("sequence-full", Refused(() => text.ReadAsync([1])).Code);
        Assert.Equal("Priority", Assert.Throws<GenerationException>(() => model.StartSequence(new SequenceOptions { Priority = 1001 })).Option);
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheMemory = 2 * model.Pages.Shape.SetBytes });
        await using TokenSequence large = tight.StartSequence();
        await large.ReadAsync(ids);
        Assert.Equal("cache-too-small", Refused(() => large.ReadAsync([1])).Code);
    }

    [Fact]
    public async Task One_read_at_a_time_and_a_cancelled_one_ends_the_sequence()
    {
        using HeldEngine held = new();
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = held });
        await using TokenSequence text = model.StartSequence();
        using CancellationTokenSource source = new();

        Task read = text.ReadAsync([1, 2, 3], source.Token).AsTask();
        Assert.Throws<InvalidOperationException>(() => { _ = text.ReadAsync([4]); });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => text.ReadAsync([4], new CancellationToken(canceled: true)).AsTask());   // begins nothing
        source.Cancel();
        held.Release();

        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Patience));
        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.Throws<ObjectDisposedException>(() => { _ = text.ReadAsync([4]); });
        await text.DisposeAsync();
        Assert.Equal(0, model.Pages.Held);
    }

    [Fact]
    public async Task Disposed_of_it_is_over_and_so_it_is_with_its_model()
    {
        LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        await using TokenSequence first = model.StartSequence(), second = model.StartSequence(), unread = model.StartSequence();
        await first.ReadAsync([1, 2, 3]);
        await second.ReadAsync([1, 2, 3]);

        await first.DisposeAsync();
        await first.DisposeAsync();     // once more is no harm
        Assert.Throws<ObjectDisposedException>(() => { _ = first.ReadAsync([4]); });
        model.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => second.ReadAsync([4]).AsTask().WaitAsync(Patience));
        Assert.Throws<ObjectDisposedException>(() => { _ = unread.ReadAsync([4]); });
    }

    [Fact]
    public async Task Dropped_it_gives_its_pages_back()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        await Drop(model);
        Assert.True(model.Pages.Held > 0, "it holds no page: the test shows nothing");

        for (int i = 0; i < 300 && model.Pages.Held > 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(10);
        }
        Assert.Equal(0, model.Pages.Held);
    }

    [Fact]
    public void A_sampler_says_the_same_until_a_token_is_accepted_and_refuses_what_is_none()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        TokenSampler sampler = model.CreateSampler(new SamplerOptions { Temperature = 1, TopK = 0, TopP = 1, MinP = 0, Seed = 3 });
        float[] logits = new float[4096];       // all are as likely

        int first = sampler.Choose(logits);
        Assert.Equal(first, sampler.Choose(logits));
        sampler.Accept([first]);
        Assert.Equal((1, 3UL), (sampler.Position, sampler.Seed));
        Assert.NotEqual(first, sampler.Choose(logits));
        Assert.Equal("id-out-of-range", Assert.Throws<GenerationException>(() => sampler.Accept([4096])).Code);
        Assert.Equal("sampling-logits", Assert.Throws<SamplingException>(() => sampler.Choose(logits.AsSpan(1))).Code);
        Assert.Throws<SamplingException>(() => model.CreateSampler(new SamplerOptions { Temperature = -1 }));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task Drop(LanguageModel model) => await model.StartSequence().ReadAsync([1, 2, 3]);

    private static GenerationException Refused(Func<ValueTask<ReadOnlyMemory<float>>> read) => Assert.Throws<GenerationException>(() => { _ = read(); });

    private static async Task<(int[] Ids, string[] Hashes)> Write(LanguageModel model, int[] prompt, SamplerOptions sampling, int tokens)
    {
        await using TokenSequence text = model.StartSequence(new SequenceOptions { ShareCache = false });
        TokenSampler sampler = model.CreateSampler(sampling with { BannedIds = [.. model.Tokenizer.EndIds] });  // as IgnoreEnd does
        List<int> ids = [];
        List<string> hashes = [];
        int[] next = prompt;
        while (ids.Count < tokens)
        {
            ReadOnlyMemory<float> logits = await text.ReadAsync(next);
            hashes.Add(LogitsHash.Of(logits.Span));
            sampler.Accept(next);
            next = [sampler.Choose(logits.Span)];
            ids.AddRange(next);
        }
        return ([.. ids], [.. hashes]);
    }
}
