using Sandglass.Generation;
using Sandglass.Kernels;

namespace Sandglass.Tests.Generation;

/// <summary>Greedy runs through the public face, against those that other engines made of the same files.</summary>
public class GreedyGoldenTests
{
    private const int ShortRecords = 3; // of SmolLM2's twelve, unless SANDGLASS_LONG=1

    public static TheoryData<string> Tiny =>
    [
        "llama-untied-bias", "llama-linear-rope", "llama3-rope", "llama-yarn", "mistral", "mixtral",
        "qwen2", "qwen3", "qwen3moe", "gemma2", "olmo2", "phi2", "cohere2", "deepseek2",
    ];

    [GoldenTheory, InlineData(ComputeMode.Fast), InlineData(ComputeMode.Exact)]
    public async Task Stories260K_writes_what_the_reference_writes(ComputeMode compute)
    {
        using LanguageModel model = Load(compute, "stories260K.gguf");
        foreach (GoldenRun golden in GoldenRun.ReadAll(Shared.Path("golden", "stories260K.greedy.json")))
            await golden.Check(model, tolerance: 2e-3);
    }

    [GoldenFact]
    public async Task SmolLM2_in_exact_arithmetic_writes_what_the_reference_writes()
    {
        using LanguageModel model = Load(ComputeMode.Exact, "SmolLM2-135M-Instruct.Q4_1.gguf");
        foreach (GoldenRun golden in GoldenRun.ReadAll(Shared.Path("golden", "SmolLM2-135M-Instruct.exact.json"))
            .Take(Long.Asked ? int.MaxValue : ShortRecords))
            await golden.Check(model, tolerance: 5e-3);
    }

    [GoldenTheory, InlineData("grain-6m"), InlineData("grain-1m")]
    public async Task An_embedded_model_in_exact_arithmetic_writes_what_the_reference_writes(string name)
    {
        using LanguageModel model = LanguageModel.LoadEmbedded(name, new ModelOptions { CacheType = CacheType.F32, Compute = ComputeMode.Exact });
        foreach (GoldenRun golden in GoldenRun.ReadAll(Shared.Path("golden", $"{name}.q8_0.exact.json")))
            await golden.Check(model, tolerance: 2e-3, tie: 5e-3);
    }

    [GoldenTheory, MemberData(nameof(Tiny))]
    public async Task A_tiny_model_writes_what_the_reference_writes(string name)
    {
        using LanguageModel model = Load(ComputeMode.Fast, "tiny", name + ".gguf");
        foreach (GoldenRun golden in GoldenRun.ReadAll(Shared.Path("models", "tiny", name + ".json")))
            await golden.Check(model, tolerance: 1e-3);
    }

    private static LanguageModel Load(ComputeMode compute, params string[] file) =>
        LanguageModel.Load(Shared.Path(["models", .. file]), new ModelOptions { CacheType = CacheType.F32, Compute = compute });
}
