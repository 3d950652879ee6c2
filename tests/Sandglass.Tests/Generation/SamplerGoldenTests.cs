using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Sampling;

namespace Sandglass.Tests.Generation;

/// <summary>Distributions after chains of samplers, against those that Hugging Face transformers makes of the same model and ids.</summary>
public class SamplerGoldenTests
{
    [GoldenFact]
    public async Task A_chain_leaves_what_the_reference_leaves()
    {
        using LanguageModel model = LanguageModel.Load(Shared.Path("models", "stories260K.gguf"), new ModelOptions { CacheType = CacheType.F32 });
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Shared.Path("golden", "stories260K.samplers.json")));
        JsonElement[] cases = [.. golden.RootElement.GetProperty("cases").EnumerateArray()];
        Assert.Equal(24, cases.Length);
        foreach (JsonElement expected in cases) Check(expected, await Explain(model, expected));
    }

    private static async Task<Explanation> Explain(LanguageModel model, JsonElement expected)
    {
        JsonElement[][] chain = [.. expected.GetProperty("chain").EnumerateArray().Select(step => step.EnumerateArray().ToArray())];
        var sampling = new SamplerOptions { Seed = 1, Samplers = [.. chain.Select(step => step[0].GetString()!)] };
        foreach (JsonElement[] step in chain) sampling = Set(sampling, step[0].GetString()!, step[1].GetDouble());

        int[] ids = [.. expected.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
        await foreach (GeneratedToken token in model.GenerateAsync(ids, new GenerationOptions { Sampling = sampling, MaxTokens = 1, Explain = true }))
            return token.Explanation!;
        throw new InvalidOperationException("a token was asked for");
    }

    private static SamplerOptions Set(SamplerOptions options, string name, double value) => name switch
    {
        "temperature" => options with { Temperature = value },
        "top_k" => options with { TopK = (int)value },
        "top_p" => options with { TopP = value },
        "min_p" => options with { MinP = value },
        "typical_p" => options with { TypicalP = value },
        "repetition_penalty" => options with { RepetitionPenalty = value },
        "no_repeat_ngram" => options with { NoRepeatNgram = (int)value },
        _ => throw new ArgumentException(name),
    };

    private static void Check(JsonElement expected, Explanation found)
    {
        Assert.Equal(expected.GetProperty("kept").GetInt32(), found.Kept);
        Assert.Equal(expected.GetProperty("entropyRaw").GetDouble(), found.EntropyRaw, 1e-4);
        Assert.Equal(expected.GetProperty("entropyFinal").GetDouble(), found.EntropyFinal, 1e-4);

        Dictionary<int, double> final = expected.GetProperty("final").EnumerateArray().ToDictionary(pair => pair[0].GetInt32(), pair => pair[1].GetDouble());
        Assert.Equal(final.Count, found.Final.Count);
        if (found.Kept <= final.Count) Assert.Equal(final.Keys.Order(), found.Final.Select(token => token.Id).Order());
        foreach (TokenProbability token in found.Final) Assert.Equal(final.GetValueOrDefault(token.Id), token.Probability, 1e-4);
    }
}
