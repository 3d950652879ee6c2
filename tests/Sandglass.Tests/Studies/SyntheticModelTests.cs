using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.ModelFiles;
using Sandglass.Sampling;
using Sandglass.Studies;

namespace Sandglass.Tests.Studies;

public sealed class SyntheticModelTests : IDisposable
{
    private static readonly SyntheticShape Small = new("small", 3, 512, 8, 2, 1024, 400, 256, 10000, Tied: false);

    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-").FullName;

    public static TheoryData<string> Types => [.. SyntheticModel.TypeNames];

    [Theory, MemberData(nameof(Types))]
    public async Task Each_type_makes_a_model_that_runs_and_whose_scores_are_finite(string type)
    {
        string path = Path.Combine(_folder, "made.gguf");
        SyntheticModel.Write(path, Small, type);

        using LanguageModel model = LanguageModel.Load(path);
        GenerationResult result = await Generate(model);

        Assert.Equal(6, result.CompletionTokens);
        Assert.Equal($"small:{type}", model.Name);
    }

    [Fact]
    public void The_mixture_keeps_the_sensitive_matrices_finer()
    {
        string path = Path.Combine(_folder, "made.gguf");
        SyntheticModel.Write(path, Small, "Q4_K_M");

        using ModelFile file = ModelFile.Open(path);

        Assert.Equal(TensorType.Q4_K, file.Tensors.Single(t => t.Name == "token_embd.weight").Type);
        Assert.Equal(TensorType.Q6_K, file.Tensors.Single(t => t.Name == "output.weight").Type);
        Assert.Equal(TensorType.Q4_K, file.Tensors.Single(t => t.Name == "blk.0.attn_v.weight").Type);
        Assert.Equal(TensorType.Q6_K, file.Tensors.Single(t => t.Name == "blk.2.ffn_down.weight").Type);
    }

    [Fact]
    public void Rows_that_no_block_divides_get_the_type_that_llama_cpp_takes()
    {
        string path = Path.Combine(_folder, "made.gguf");
        SyntheticModel.Write(path, Small with { Width = 576, Heads = 9, KeyValueHeads = 3 }, "q4_k_m");

        using ModelFile file = ModelFile.Open(path);

        Assert.Equal(TensorType.Q5_0, file.Tensors.Single(t => t.Name == "blk.0.attn_q.weight").Type);
        Assert.Equal(TensorType.Q8_0, file.Tensors.Single(t => t.Name == "output.weight").Type);
        Assert.Equal(TensorType.Q4_K, file.Tensors.Single(t => t.Name == "blk.0.ffn_down.weight").Type);    // its rows are 1024 long
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // a score that is no number would end the generation with an exception
    private static async Task<GenerationResult> Generate(LanguageModel model) =>
        await model.GenerateAsync([1, 2, 3], new GenerationOptions { Sampling = SamplerOptions.Greedy, IgnoreEnd = true, MaxTokens = 6 }).Result;
}
