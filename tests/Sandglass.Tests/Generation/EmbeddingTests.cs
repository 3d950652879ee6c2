using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.ModelFiles;
using Sandglass.Tests.Transformer;

namespace Sandglass.Tests.Generation;

/// <summary>A text's embedding: what the formula says for every architecture, the same bits in whatever batches it is made, and refusals.</summary>
public sealed class EmbeddingTests(TypedModelFiles files, Grain grain) : IClassFixture<TypedModelFiles>, IClassFixture<Grain>
{
    public static TheoryData<string> Kinds => [.. RandomModel.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_mean_of_the_hidden_states_at_length_1(string kind)
    {
        int[] ids = Evidence.Ids(70, 301);
        double[] sum = [];
        using (ModelFile file = ModelFile.Open(files[kind]))
        {
            PlainDecoder plain = new(file);
            foreach (int id in ids)
            {
                double[] hidden = plain.Next(id).Hidden;
                sum = sum.Length == 0 ? hidden : [.. sum.Zip(hidden, (a, b) => a + b)];
            }
        }
        double length = Math.Sqrt(sum.Sum(v => v * v));

        using LanguageModel model = LanguageModel.Load(files[kind], new ModelOptions { Compute = ComputeMode.Exact, CacheType = CacheType.F32 });
        Embedding found = await model.EmbedAsync(ids);

        Assert.Equal((70, model.Shape.Width), (found.Tokens, found.Values.Length));
        for (int i = 0; i < sum.Length; i++) Assert.Equal(sum[i] / length, found.Values.Span[i], 1e-4);
        Assert.Equal(1, found.Values.ToArray().Sum(v => (double)v * v), 1e-6);
        Assert.Equal(0, model.Pages.Held);
    }

    // llama-server --embeddings --pooling mean, of the same file
    [GoldenFact]
    public async Task What_llama_cpp_says()
    {
        float[] expected =
        [
            0.0485006645321846f, -0.08173907548189163f, -0.004291235469281673f, -0.07894886285066605f, 0.09651731699705124f, -0.5020838975906372f,
            0.04029396176338196f, 0.0024717836640775204f,
            -0.05353870615363121f, -0.027957601472735405f, 0.0937303975224495f, -0.05176158249378204f, 0.004684657324105501f, 0.08210169523954391f,
            -0.14566576480865479f, -0.44516870379447937f,
            -0.013422545976936817f, -0.21050116419792175f, 0.0866197720170021f, -0.13874846696853638f, -0.1997527927160263f, 0.07005145400762558f,
            0.08534858375787735f, 0.10676831007003784f,
            -0.0270494744181633f, 0.027094222605228424f, 0.06817221641540527f, 0.02282196283340454f, 0.0016771010123193264f, -0.12338339537382126f,
            0.1027289479970932f, 0.4382551610469818f,
            0.058662571012973785f, 0.07747561484575272f, -0.07109871506690979f, -0.12286722660064697f, 0.09272968024015427f, -0.0279424786567688f,
            0.041098058223724365f, 0.06012779101729393f,
            0.05157886818051338f, 0.05531984940171242f, -0.03745594993233681f, -0.050851814448833466f, -0.0027994082774966955f, 0.05304505303502083f,
            -0.03057197667658329f, -0.033378541469573975f,
            0.051843587309122086f, 0.06539635360240936f, -0.0634501725435257f, -0.037418313324451447f, 0.04640621691942215f, -0.07853859663009644f,
            0.1397819072008133f, -0.014366005547344685f,
            0.06673847138881683f, -0.0651717334985733f, 0.05865519866347313f, -0.04270071163773537f, -0.06068844720721245f, -0.0433148592710495f,
            -0.04707539081573486f, 0.011696458794176579f,
        ];
        using LanguageModel model = LanguageModel.Load(Shared.Path("models", "stories260K.gguf"), new ModelOptions { Compute = ComputeMode.Exact });

        Embedding found = await model.EmbedAsync([1, 403, 407, 261, 378, 31, 346, 400, 302, 428]);

        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found.Values.Span[i], 2e-4);     // its keys and values are F16 too
    }

    [Theory]
    [InlineData(ComputeMode.Fast, CacheType.F16), InlineData(ComputeMode.Fine, CacheType.Q8), InlineData(ComputeMode.Exact, CacheType.F32),
        InlineData(ComputeMode.Fast, CacheType.Q4)]
    public async Task The_same_bits_in_any_chunks_company_threads_and_where_pages_are_few(ComputeMode compute, CacheType cache)
    {
        ModelOptions mode = new() { Compute = compute, CacheType = cache };
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", mode), one = LanguageModel.LoadEmbedded("grain-1m", mode with { Threads = 1 });
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", mode with { CacheMemory = 40 * model.Pages.Shape.SetBytes });
        foreach (int length in (int[])[1, 33, 290])
        {
            int[] text = Evidence.Ids(length, 4096);
            int[] alone = Bits(await one.EmbedAsync(text));
            foreach (int chunk in (int[])[length < 100 ? 1 : 32, 7, 0]) Assert.Equal(alone,
                Bits(await model.EmbedAsync(text, new EmbeddingOptions { PrefillChunk = chunk })));
        }

        int[] beside = Evidence.Ids(100, 4096), expected = Bits(await one.EmbedAsync(beside));
        GenerationOptions options = new() { Sampling = Evidence.Sampled, MaxTokens = 60, IgnoreEnd = true, ShareCache = false };
        Task<GenerationResult>[] others = [.. Enumerable.Range(0, 4).Select(i => tight.CompleteAsync(Evidence.Ids(20 + 30 * i, 4096), options))];
        Task<Embedding>[] several = [.. Enumerable.Range(0, 3).Select(_ => tight.EmbedAsync(beside, new EmbeddingOptions { PrefillChunk = 48 }))];
        foreach (Embedding found in await Task.WhenAll(several)) Assert.Equal(expected, Bits(found));
        await Task.WhenAll(others);
        Assert.Equal((0, 0), (model.Pages.Held, tight.Pages.Held));
    }

    [Fact]
    public async Task A_text_that_gave_its_pages_back_adds_nothing_twice()
    {
        using HeldEngine held = new();
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m",
            new ModelOptions { Time = held, CacheMemory = 14 * grain.Model.Pages.Shape.SetBytes });
        int[] text = Evidence.Ids(220, 4096);

        Task<GenerationResult>[] first = [.. Enumerable.Range(0, 3)
            .Select(i => tight.CompleteAsync(Evidence.Ids(40 + i, 4096), new GenerationOptions { MaxTokens = 120, IgnoreEnd = true }))];
        Task<Embedding> embedding = tight.EmbedAsync(text, new EmbeddingOptions { PrefillChunk = 3 });
        held.Release();
        Embedding found = await embedding;
        await Task.WhenAll(first);

        Assert.True(tight.Activity.Preemptions > 0, "none was preempted: the test shows nothing");
        Assert.Equal(Bits(await grain.Model.EmbedAsync(text)), Bits(found));
    }

    [Fact]
    public async Task It_neither_takes_nor_leaves_pages_and_text_is_encoded_as_a_prompt_is()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m");
        int[] text = Evidence.Ids(100, 4096);
        await model.EmbedAsync(text);
        Assert.Equal((0, 0L), (model.Pages.Kept, model.Pages.PrefixQueriedTokens));
        await model.CompleteAsync(text, new GenerationOptions { MaxTokens = 1 });
        int[] fresh = Bits(await grain.Model.EmbedAsync(text)), after = Bits(await model.EmbedAsync(text));
        Assert.Equal(fresh, after);
        Assert.Equal((0L, 3 * model.Shape.Layers), (model.Pages.PrefixHitTokens, model.Pages.Kept));

        Embedding king = await model.EmbedAsync("The king had a daughter."),
            ids = await model.EmbedAsync(model.Tokenizer.Encode("The king had a daughter.", addBos: true, parseSpecial: false).Ids);
        Assert.Equal(Bits(ids), Bits(king));
    }

    [Fact]
    public async Task What_cannot_be_embedded_is_refused()
    {
        LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Context = 64 });
        GenerationException tooLong = Assert.Throws<GenerationException>(() => { _ = model.EmbedAsync(Evidence.Ids(65, 4096)); });
        Assert.Equal("prompt: expected at most 64 tokens, the context, found 65 tokens.", tooLong.Message);
        Assert.Equal(64, (await model.EmbedAsync(Evidence.Ids(64, 4096))).Tokens);
        Assert.Equal("prompt-empty", Assert.Throws<GenerationException>(() => { _ = model.EmbedAsync([]); }).Code);
        Assert.Equal("id-out-of-range", Assert.Throws<GenerationException>(() => { _ = model.EmbedAsync([4096]); }).Code);
        Assert.Equal("PrefillChunk", Assert.Throws<GenerationException>(() => { _ = model.EmbedAsync([1], new EmbeddingOptions { PrefillChunk = -1 }); })
            .Option);
        using LanguageModel tight = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheMemory = 2 * model.Pages.Shape.SetBytes });
        Assert.Equal("cache-too-small", Assert.Throws<GenerationException>(() => { _ = tight.EmbedAsync(Evidence.Ids(65, 4096)); }).Code);

        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => { _ = model.EmbedAsync([1]); });
    }

    [Fact]
    public async Task Cancelled_in_the_middle_or_before_it_leaves_nothing()
    {
        CallingClock clock = new();
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = clock });
        using CancellationTokenSource cancel = new();
        clock.At(100, cancel.Cancel);   // the engine looks a few times a step
        Task<Embedding> embedding = model.EmbedAsync(Evidence.Ids(1024, 4096), new EmbeddingOptions { PrefillChunk = 1 }, cancel.Token);
        await Assert.ThrowsAsync<TaskCanceledException>(() => embedding);
        await Assert.ThrowsAsync<TaskCanceledException>(() => model.EmbedAsync([1, 2, 3], null, cancel.Token));
        Assert.Equal(0, model.Pages.Held);
    }

    [Fact]
    public async Task A_model_that_is_disposed_of_ends_it()
    {
        CallingClock clock = new();
        LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Time = clock });
        clock.At(100,
        () =>
        {
            _ = Task.Run(model.Dispose);
            Assert.True(SpinWait.SpinUntil(IsClosed, TimeSpan.FromSeconds(30)));
        });
        Task<Embedding> embedding = model.EmbedAsync(Evidence.Ids(1024, 4096), new EmbeddingOptions { PrefillChunk = 1 });
        await Assert.ThrowsAsync<ObjectDisposedException>(() => embedding);

        bool IsClosed()
        {
            try
            {
                _ = model.EmbedAsync([1]);
                return false;
            }
            catch (ObjectDisposedException)
            {
                return true;
            }
        }
    }

    [Fact]
    public void Hidden_states_without_a_direction_have_no_embedding()
    {
        foreach (float element in (float[])[0, float.NaN, float.PositiveInfinity])
        {
            using PagePool pages = new(new CacheShape(1, 1, 2, 2, CacheType.F32));
            EmbeddedSequence sequence = new([1, 2], new EmbeddingOptions(), pages, width: 2);
            sequence.Pool([element, 0]);
            sequence.Pool([0, 0]);
            sequence.End();
            Assert.Equal("embedding-not-finite", Assert.IsType<GenerationException>(sequence.Embedding.Exception!.InnerException).Code);
        }
    }

    private static int[] Bits(Embedding embedding) => [.. embedding.Values.ToArray().Select(BitConverter.SingleToInt32Bits)];
}
