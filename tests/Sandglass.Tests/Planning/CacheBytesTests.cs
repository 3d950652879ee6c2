using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Planning;

namespace Sandglass.Tests;

/// <summary>Bytes of keys and values: by formula those that the models' own configurations give, counted those that the engine takes.</summary>
public class CacheBytesTests
{
    private static JsonElement[] Verified(string json) => [.. JsonDocument.Parse(json).RootElement.GetProperty("models").EnumerateArray()];

    private static string Own => File.ReadAllText(Path.Combine(Checkout.Folder, "tests", "Sandglass.Tests", "Planning", "kv-bytes.json"));

    public static TheoryData<string> Models => [.. Verified(Own).Select(model => model.GetProperty("model").GetString()!)];

    [Theory, MemberData(nameof(Models))]
    public void Bytes_of_a_token_are_the_verified_ones(string model)
    {
        JsonElement verified = Verified(Own).Single(one => one.GetProperty("model").GetString() == model);
        PlannedModel planned = PlannedModel.Open(model);

        Assert.Equal(verified.GetProperty("fp16BytesPerToken").GetInt64(), MemoryPlan.For(planned).CacheBytesPerToken);
        if (!verified.TryGetProperty("fp16Bytes", out JsonElement atContexts)) return;
        foreach (JsonProperty at in atContexts.EnumerateObject())
        {
            long context = long.Parse(at.Name, System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(at.Value.GetInt64(), MemoryPlan.For(planned, new MemoryOptions { Context = context }).CacheBytes);
        }
    }

    [GoldenFact]
    public void The_verified_values_here_are_the_shared_ones()
    {
        string shared = File.ReadAllText(Shared.Path("golden", "kv-bytes.json"));
        Assert.Equal(Verified(shared).Select(one => one.GetRawText()), Verified(Own).Select(one => one.GetRawText()));
    }

    // a row of heads of 128 values: 32 positions of 128 bytes of codes and 8 bytes of scales
    [Theory]
    [InlineData(CacheType.F32, 4.0)]
    [InlineData(CacheType.F16, 2.0)]
    [InlineData(CacheType.Q8, 1.0 + 2 / 32.0)]
    [InlineData(CacheType.Q4, 0.5 + 4 / 32.0)]
    public void Every_type_takes_what_its_codes_and_scales_take(CacheType type, double bytesPerValue)
    {
        MemoryPlan plan = MemoryPlan.For(PlannedModel.Open("llama-3-8b"), new MemoryOptions { CacheType = type, Context = 8192 });

        Assert.Equal(32 * 8 * 2 * 128 * bytesPerValue, plan.CacheBytesPerToken);
        Assert.Equal(plan.CacheBytesPerToken * 8192, plan.CacheBytes);
    }

    [Fact]
    public void Keys_and_values_may_differ_and_pages_round_up()
    {
        MemoryPlan plan = MemoryPlan.For(PlannedModel.Open("llama-3-8b"), new MemoryOptions { CacheType = new(CacheType.Q8, CacheType.F16), Context = 33 });

        Assert.Equal(32 * 8 * 128 * (2 + 1 + 2 / 32.0), plan.CacheBytesPerToken);
        Assert.Equal(64 * plan.CacheBytesPerToken, plan.CacheBytes);
    }

    [Fact]
    public void A_common_beginning_is_there_once()
    {
        PlannedModel model = PlannedModel.Open("llama-3-8b");
        long Bytes(long users, long shared) => MemoryPlan.For(model, new MemoryOptions { Context = 4096, Users = users, SharedPrefix = shared }).CacheBytes;

        Assert.Equal(100 * Bytes(1, 0), Bytes(100, 0));
        Assert.Equal(Bytes(1, 0), Bytes(1, 1024));
        Assert.Equal(131072L * (1024 + 100 * (4096 - 1024)), Bytes(100, 1024));
        Assert.Equal(Bytes(100, 1024), Bytes(100, 1024 + 31));      // whole pages only
    }

    [Fact]
    public void What_has_left_a_window_is_not_shared()
    {
        PlannedModel model = PlannedModel.Open("mistral-7b-v0.1");
        MemoryPlan plan = MemoryPlan.For(model, new MemoryOptions { Context = 16384, Users = 10, SharedPrefix = 8192 });

        Assert.Equal(10L * 4096 * 131072, plan.CacheBytes);
    }

    public static TheoryData<string, CacheType, CacheType, int> Runs
    {
        get
        {
            TheoryData<string, CacheType, CacheType, int> runs = [];
            foreach (CacheType type in Enum.GetValues<CacheType>())
                foreach (int tokens in (int[])[30, 33, 64, 100]) runs.Add("grain-1m", type, type, tokens);
            runs.Add("grain-6m", CacheType.Q8, CacheType.Q4, 75);
            runs.Add("grain-6m", CacheType.F16, CacheType.Q4, 96);
            return runs;
        }
    }

    [Theory, MemberData(nameof(Runs))]
    public async Task The_engine_takes_exactly_what_was_planned(string name, CacheType keys, CacheType values, int positions)
    {
        CacheTypes types = new(keys, values);
        using LanguageModel model = LanguageModel.LoadEmbedded(name, new ModelOptions { CacheType = types, Threads = 1, Context = 256 });
        int prompt = 20;
        GenerationResult result = await model.CompleteAsync([.. Enumerable.Range(100, prompt)],
            new GenerationOptions { MaxTokens = positions - prompt + 1, IgnoreEnd = true });

        MemoryPlan plan = MemoryPlan.For(PlannedModel.Open($"embedded:{name}"), new MemoryOptions { Context = positions, CacheType = types });
        Assert.Equal(PlanSource.Counted, plan.Source);
        Assert.Equal(prompt + result.CompletionTokens - 1, positions);      // the last token is never read
        Assert.Equal(result.CacheBytes, plan.CacheBytes);
        Assert.Equal(model.Pages.Shape.SetBytes / 32.0, plan.CacheBytesPerToken);
    }

    [Fact]
    public async Task Texts_with_a_common_beginning_take_together_what_was_planned()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { Threads = 1, IsStepped = true });
        GenerationOptions options = new() { MaxTokens = 40, IgnoreEnd = true, Sampling = new() { Seed = 1 } };
        IReadOnlyList<TextGeneration> texts = model.GenerateSamples([.. Enumerable.Range(100, 64)], 4, options);
        long most = 0;
        for (int i = 0; i < 200 && texts.Any(text => !text.Result.IsCompleted); i++)
        {
            model.Step();
            most = Math.Max(most, model.Pages.Held / model.Pages.Shape.Layers * model.Pages.Shape.SetBytes);
        }
        GenerationResult[] results = await Task.WhenAll(texts.Select(text => text.Result));

        Assert.All(results, result => Assert.Equal(40, result.CompletionTokens));
        MemoryPlan plan = MemoryPlan.For(PlannedModel.Open("embedded:grain-1m"), new MemoryOptions { Context = 64 + 39, Users = 4, SharedPrefix = 64 });
        Assert.Equal(plan.CacheBytes, most);
    }
}
