using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Kernels;
using Xunit.Abstractions;

namespace Sandglass.Tests.Generation;

/// <summary>How far the fast arithmetic lies from the exact one, against how far the reference engine's does.</summary>
public class FidelityTests(ITestOutputHelper output)
{
    private const string SmolLM2 = "SmolLM2-135M-Instruct.Q4_1.gguf";

    [GoldenFact]
    public async Task Fast_is_about_as_true_as_the_reference_engine_or_truer()
    {
        foreach (Fidelity text in await Compare(ComputeMode.Fast))
        {
            Assert.InRange(text.Deviation, 0, 1.1 * text.LlamaCpp.GetProperty("rmsNextLogprob").GetDouble());
            Assert.InRange(text.Agreement, text.LlamaCpp.GetProperty("top1Agreement").GetDouble() - 0.01, 1);
        }
    }

    [GoldenFact]
    public async Task Fine_is_true_to_three_digits()
    {
        foreach (Fidelity text in await Compare(ComputeMode.Fine))
        {
            Assert.InRange(text.Deviation, 0, 0.002);
            Assert.InRange(text.Agreement, 0.995, 1);
        }
    }

    [GoldenTheory, InlineData(CacheType.Q8, CacheType.Q8, 0.02), InlineData(CacheType.Q8, CacheType.Q4, 0.08), InlineData(CacheType.Q4, CacheType.Q4, 0.16)]
    public async Task Quantised_pages_deviate_little_from_the_F32_cache(CacheType keys, CacheType values, double most)
    {
        foreach (Fidelity text in await Compare(ComputeMode.Exact, new CacheTypes(keys, values)))
            Assert.InRange(text.Deviation, 0, most);
    }

    [GoldenTheory, InlineData("stories260K.gguf"), InlineData("grain-6m.q8_0.gguf"), InlineData("grain-1m.q8_0.gguf")]
    public async Task Perplexity_of_a_small_model_equals_the_reference(string file)
    {
        if (file.StartsWith("grain-6m", StringComparison.Ordinal) && !Long.Asked) return; // seconds; its greedy goldens are compared in any case
        double reference = ExactPerplexity(file);
        double exact = await Perplexity(file, ComputeMode.Exact, chunks: 20);
        double fast = await Perplexity(file, ComputeMode.Fast, chunks: 20);
        output.WriteLine($"{file}: exact {exact:F4}, fast {fast:F4}, reference {reference:F4}");

        Assert.InRange(exact / reference, 0.999, 1.001);
        Assert.InRange(fast / exact, 0.992, 1.008);
    }

    [GoldenFact]
    public async Task Perplexity_of_SmolLM2_equals_the_reference()
    {
        int chunks = Long.Asked ? 20 : 2;
        double exact = await Perplexity(SmolLM2, ComputeMode.Exact, chunks);
        double fast = await Perplexity(SmolLM2, ComputeMode.Fast, chunks);
        output.WriteLine($"{chunks} chunks: exact {exact:F4}, fast {fast:F4}");

        Assert.InRange(fast / exact, 0.992, 1.008);
        if (Long.Asked) Assert.InRange(exact / ExactPerplexity(SmolLM2), 0.999, 1.001);
    }

    private async Task<List<Fidelity>> Compare(ComputeMode compute, CacheTypes? cache = null)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Shared.Path("golden", "SmolLM2-135M-Instruct.fidelity.json")));
        using LanguageModel model = Load(SmolLM2, compute, cache);
        List<Fidelity> texts = [];
        foreach (JsonElement record in golden.RootElement.GetProperty("records").EnumerateArray())
        {
            int[] ids = [.. record.GetProperty("ids").EnumerateArray().Select(e => e.GetInt32())];
            TokenScore[] scores = await Run.Score(model, ids, new ScoreOptions { Logprobs = 1 });

            double rms = Math.Sqrt(scores.Average(score => Math.Pow(score.Logprob - record.GetProperty("nextLogprob")[score.Index].GetDouble(), 2)));
            double agreement = scores.Average(score => score.Top[0].Id == record.GetProperty("top1")[score.Index].GetInt32() ? 1.0 : 0.0);
            JsonElement llamaCpp = record.GetProperty("llamaCpp").Clone();
            output.WriteLine($"{record.GetProperty("name")}: {compute}, cache {model.Options.CacheType}, deviation {rms:F5}, "
                + $"likeliest equal {agreement:P1}; llama.cpp {llamaCpp}");
            texts.Add(new Fidelity(rms, agreement, llamaCpp));
        }
        return texts;
    }

    private static LanguageModel Load(string file, ComputeMode compute, CacheTypes? cache = null) =>
        LanguageModel.Load(Shared.Path("models", file), new ModelOptions { CacheType = cache ?? CacheType.F32, Compute = compute });

    private static double ExactPerplexity(string file)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Shared.Path("golden", "perplexity.json")));
        return golden.RootElement.GetProperty("figures").EnumerateArray().First(f => f.GetProperty("model").GetString() == file).GetProperty("perplexity")
            .GetDouble();
    }

    private static async Task<double> Perplexity(string file, ComputeMode compute, int chunks)
    {
        using LanguageModel model = Load(file, compute);
        byte[] text = await File.ReadAllBytesAsync(Shared.Path("text", "wikitext-2-raw-test.txt"));
        return (await Sandglass.Studies.Perplexity.MeasureAsync(model, text, chunks: chunks)).Perplexity;
    }

    /// <summary>One text against the exact figures.</summary>
    /// <param name="Deviation">Root mean square, of the next token's log-probability.</param>
    /// <param name="Agreement">Share of positions whose likeliest token is equal.</param>
    /// <param name="LlamaCpp">The same of the reference engine.</param>
    private readonly record struct Fidelity(double Deviation, double Agreement, JsonElement LlamaCpp);
}
