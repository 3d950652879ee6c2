using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.Sampling;
using Sandglass.Tests.Transformer;

namespace Sandglass.Tests.Generation;

/// <summary>Quantised pages under everything that shares, forks, forgets and recomputes: no bit changes, around every border of a page, and no page is
/// left.</summary>
public class QuantizedPagesTests(TypedModelFiles files) : IClassFixture<TypedModelFiles>
{
    private static readonly CacheTypes Mixed = new(CacheType.Q8, CacheType.Q4);

    private static readonly GenerationOptions Sampled = new()
    {
        Sampling = Evidence.Sampled,
        MaxTokens = 40,
        IgnoreEnd = true,
        HashLogits = true,
        ShareCache = false
    };

    public static TheoryData<CacheType, CacheType> Types =>
        new() { { CacheType.Q8, CacheType.Q8 }, { CacheType.Q4, CacheType.Q4 }, { Mixed.Keys, Mixed.Values }, { CacheType.F16, CacheType.Q8 },
            { CacheType.Q4, CacheType.F32 } };

    [Theory, MemberData(nameof(Types))]
    public void Refused_positions_leave_no_trace_wherever_a_page_ends(CacheType keys, CacheType values)
    {
        int[] ids = Evidence.Ids(100, TypedModel.Vocabulary);
        using SmallRun clean = new(files[TensorType.F32], ComputeMode.Exact, new CacheTypes(keys, values)),
            run = new(files[TensorType.F32], ComputeMode.Exact, new CacheTypes(keys, values));
        float[][] expected = clean.Logits(ids);
        foreach (int at in (int[])[30, 31, 32, 33, 62, 63, 64, 65])
        {
            foreach (int guesses in (int[])[1, 2, 35])
            {
                run.Cache.Truncate(0);
                List<float[]> found = [.. run.Logits(ids.AsSpan(0, at))];
                run.Cache.Settle();
                int[] guessed = [ids[at], .. Enumerable.Range(300, guesses).Select(i => i % TypedModel.Vocabulary)];
                found.Add(run.Logits(guessed)[0]);
                run.Cache.Truncate(at + 1);     // none of the guesses held
                Assert.Equal(at + 1, run.Cache.Length);
                found.AddRange(run.Logits(ids.AsSpan(at + 1)));
                Assert.Equal(expected, found);
            }
        }
        run.Cache.Truncate(0);
        Assert.Equal(0, run.Pages.Held);
    }

    [Theory, MemberData(nameof(Types))]
    public void A_rollback_into_a_quantised_page_goes_back_to_its_first_position(CacheType keys, CacheType values)
    {
        int[] ids = Evidence.Ids(100, TypedModel.Vocabulary);
        using SmallRun clean = new(files[TensorType.F32], ComputeMode.Exact, new CacheTypes(keys, values)),
            run = new(files[TensorType.F32], ComputeMode.Exact, new CacheTypes(keys, values));
        float[][] expected = clean.Logits(ids);
        foreach (int back in (int[])[31, 32, 33, 63, 64, 65, 97])
        {
            run.Cache.Truncate(0);
            run.Logits(ids.AsSpan(0, 98));
            run.Cache.Settle();
            run.Cache.Truncate(back);
            Assert.Equal(back < 96 ? back / 32 * 32 : back, run.Cache.Length);
            int from = run.Cache.Length;
            Assert.Equal(expected[from..], run.Logits(ids.AsSpan(from)));
        }
    }

    [Theory, MemberData(nameof(Types))]
    public void Page_sets_are_held_for_full_pages_and_for_what_is_being_written(CacheType keys, CacheType values)
    {
        CacheShape shape = new(Layers: 6, KvHeads: 2, KeyDim: 32, ValueDim: 48, new CacheTypes(keys, values));
        using PagePool pool = new(shape);
        SequenceCache cache = new(pool);
        int written = shape.WrittenSets;
        Assert.InRange(written, 1, 6);

        cache.Reserve(70);      // two full pages and a partial one; all of them are written first
        Assert.Equal(6 * (2 + 3 * written), pool.Held);
        Assert.Equal(0, cache.Lacking(70));
        cache.Commit(70);
        cache.Truncate(60);     // what was written is here yet, and nothing else of the second page
        Assert.Equal((60, 6 * (1 + 2 * written)), (cache.Length, pool.Held));
        cache.Settle();
        Assert.Equal(6 * (1 + written), pool.Held);
        Assert.Equal((1 + written) * shape.SetBytes, cache.Bytes);

        SequenceCache fork = cache.Fork();
        Assert.Equal((60, 6 * (1 + 2 * written)), (fork.Length, pool.Held));
        Assert.Equal((1 + 2 * written) * shape.SetBytes, SequenceCache.BytesOf([cache, fork]));
        fork.Reserve(64);
        fork.Commit(64);
        fork.Settle();
        Assert.Equal(6 * (2 + written), pool.Held);
        fork.Truncate(63);
        Assert.Equal((32, 6 * (1 + written)), (fork.Length, pool.Held));

        fork.Dispose();
        cache.Dispose();
        Assert.Equal(0, pool.Held);
    }

    [Theory, MemberData(nameof(Types))]
    public void A_fork_goes_on_as_its_twin_does(CacheType keys, CacheType values)
    {
        int[] ids = Evidence.Ids(70, TypedModel.Vocabulary);
        foreach (int at in (int[])[31, 32, 33, 64])
        {
            using SmallRun run = new(files[TensorType.F32], ComputeMode.Exact, new CacheTypes(keys, values));
            run.Logits(ids.AsSpan(0, at));
            using SequenceCache fork = run.Cache.Fork();
            float[][] expected = run.Logits(ids.AsSpan(at));
            Assert.Equal(expected, run.Logits(ids.AsSpan(at), cache: fork));
        }
    }

    [Theory, MemberData(nameof(Types))]
    public async Task Guesses_change_no_bit(CacheType keys, CacheType values)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-6m", new ModelOptions { CacheType = new(keys, values), Draft = "embedded:grain-1m" });
        int[] words = [.. model.Tokenizer.Encode(
            "The wolf said to the fox, and the fox said to the wolf: what is it that the wolf said to the fox, and what is it that the fox said to the wolf? "
                + "And the wolf said to the fox").Ids];
        int drafted = 0, accepted = 0;
        foreach (int length in (int[])[29, 30, 31, 32, 33])
        {
            int[] prompt = words[..length];
            GenerationOptions options = Sampled with { Sampling = SamplerOptions.Greedy, MaxTokens = 60 };
            Run plain = await Run.Of(model, prompt, options);
            foreach (DraftKind kind in (DraftKind[])[DraftKind.Lookup, DraftKind.Model])
            {
                Run guessed = await Run.Of(model, prompt, options with { Draft = kind });
                Assert.Equal(plain.Hashes, guessed.Hashes);
                drafted += guessed.Result.Speculation!.Drafted;
                accepted += guessed.Result.Speculation.Accepted;
            }
        }
        Assert.InRange(accepted, 1, drafted - 1);   // some held, some did not
        Assert.Equal((0, 0), (model.Pages.Held, model.DraftPages!.Held));
    }

    [Theory, MemberData(nameof(Types))]
    public async Task Samples_and_beams_are_what_they_are_alone_or_without_a_cache(CacheType keys, CacheType values)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheType = new(keys, values) });
        foreach (int length in (int[])[31, 32, 33, 63])
        {
            int[] prompt = Evidence.Ids(length, 4096);
            Run[] samples = await Task.WhenAll(model.GenerateSamples(prompt, 3, Sampled).Select(Run.Read));
            for (int i = 0; i < samples.Length; i++)
            {
                SamplerOptions own = Evidence.Sampled with { Seed = Evidence.Sampled.Seed + (ulong)i };
                Assert.Equal((await Run.Of(model, prompt, Sampled with { Sampling = own, NoCache = i == 0 })).Hashes, samples[i].Hashes);
            }

            GenerationOptions beams = Sampled with { Beams = new BeamOptions { Beams = 4 }, MaxTokens = 12 };
            Run searched = await Run.Of(model, prompt, beams), recomputed = await Run.Of(model, prompt, beams with { NoCache = true });
            Assert.Equal(recomputed.Hashes, searched.Hashes);
            Assert.Equal(recomputed.Result.Beams!.Select(beam => string.Join(' ', beam.Ids)),
                searched.Result.Beams!.Select(beam => string.Join(' ', beam.Ids)));
            Assert.Equal(0, model.Pages.Held);
        }
    }

    [Theory, MemberData(nameof(Types))]
    public async Task Who_is_set_back_for_want_of_pages_writes_the_same(CacheType keys, CacheType values)
    {
        ModelOptions mode = new() { CacheType = new(keys, values) };
        using LanguageModel ample = LanguageModel.LoadEmbedded("grain-1m", mode);
        CacheShape shape = ample.Pages.Shape;
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", mode with { CacheMemory = shape.SetsFor(110, 256) * shape.SetBytes });
        int[][] prompts = [.. Enumerable.Range(0, 5).Select(i => Evidence.Ids(62 + i, 4096))];

        Run[] scarce = await Task.WhenAll(prompts.Select(prompt => Run.Of(tight, prompt, Sampled)));

        for (int i = 0; i < prompts.Length; i++)
            Assert.Equal((await Run.Of(ample, prompts[i], Sampled)).Hashes, scarce[i].Hashes);
        Assert.Equal(0, tight.Pages.Held);
        GenerationException refused = Assert.Throws<GenerationException>(() => tight.GenerateAsync(Evidence.Ids(140, 4096), Sampled));
        Assert.Equal("cache-too-small", refused.Code);
    }

    [Theory, InlineData(40, 4), InlineData(33, 70), InlineData(300, 4)]
    public async Task A_window_with_sinks_gives_the_same_bits_whatever_the_chunks_and_takes_no_more_pages(int window, int sinks)
    {
        int[] prompt = Evidence.Ids(400, 4096);
        foreach ((CacheType keys, CacheType values) in (CacheTypes[])[CacheType.Q8, CacheType.Q4, Mixed])
        {
            using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m",
                new ModelOptions
                {
                    Window = window,
                    SinkTokens = sinks,
                    CacheType = new(keys, values),
                    MostUnread = 16
                });   // so that the text waits for who counts its pages
            Run run = await Run.Of(model, prompt, Sampled);
            foreach (int chunk in (int[])[7, 32, 100])
                Assert.Equal(run.Hashes, (await Run.Of(model, prompt, Sampled with { PrefillChunk = chunk })).Hashes);
            Assert.Equal(run.Hashes, (await Run.Of(model, prompt, Sampled with { NoCache = true })).Hashes);
            int most = 0;
            await foreach (GeneratedToken token in model.GenerateAsync(prompt, Sampled with { MaxTokens = 600 }))
                if (token.Index > 0) most = Math.Max(most, model.Pages.Held);
            Assert.InRange(most, 1, model.Shape.Layers * ((sinks + 31) / 32 + window / 32 + 3 + 2 * model.Pages.WrittenSets));
            Assert.Equal(0, model.Pages.Held);
        }
    }
}
