using Sandglass.Generation;
using Sandglass.Kernels;

namespace Sandglass.Tests.Generation;

/// <summary>Greedy runs against other engines' numbers that lie in the repository: these never skip.</summary>
public class OwnGoldenTests
{
    [Theory]
    [InlineData(ComputeMode.Fast)]
    [InlineData(ComputeMode.Fine)]
    [InlineData(ComputeMode.Exact)]
    public async Task A_tiny_llama_writes_what_transformers_writes(ComputeMode compute)
    {
        using LanguageModel model = LanguageModel.Load(Golden("tiny-llama.gguf"), new ModelOptions { CacheType = CacheType.F32, Compute = compute });

        foreach (GoldenRun golden in GoldenRun.ReadAll(Golden("tiny-llama.json")))
            await golden.Check(model, tolerance: 1e-4);
    }

    [Fact]
    public async Task A_tiny_llama_foresees_its_prompt_as_transformers_does()
    {
        using LanguageModel model = LanguageModel.Load(Golden("tiny-llama.gguf"), new ModelOptions { CacheType = CacheType.F32 });
        (int[] ids, (int Id, float Logprob)[][] tops) = GoldenRun.ReadPrompt(Golden("tiny-llama.json"));

        int position = 0;
        await foreach (TokenScore score in model.ScoreAsync(ids, new ScoreOptions { Logprobs = 20 }))
        {
            Dictionary<int, float> top = score.Top.ToDictionary(entry => entry.Id, entry => entry.Logprob);
            foreach ((int id, float logprob) in tops[position]) Assert.Equal(logprob, top[id], tolerance: 1e-4);
            position++;
        }
        Assert.Equal(ids.Length - 1, position);
    }

    [Fact]
    public async Task The_small_model_inside_writes_what_llama_cpp_writes()
    {
        using LanguageModel model = LanguageModel.LoadEmbedded("grain-1m", new ModelOptions { CacheType = CacheType.F32, Compute = ComputeMode.Exact });

        foreach (GoldenRun golden in GoldenRun.ReadAll(Golden("grain-1m.exact.json")))
            await golden.Check(model, tolerance: 2e-3, tie: 5e-3);
    }

    private static string Golden(string file) => Path.Combine(Checkout.Folder, "tests", "Sandglass.Tests", "Goldens", file);
}
