using System.Text;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.ModelFiles;
using Sandglass.Tests.Generation;
using Sandglass.Transformer;

namespace Sandglass.Tests.Transformer;

/// <summary>What holds for every architecture in the list: equal bits (widths: <see cref="KernelWidthTests"/>), the dry run, and that documents name
/// it.</summary>
public sealed class ArchitectureTests(TypedModelFiles files) : IClassFixture<TypedModelFiles>
{
    private static readonly ModelOptions[] Modes =
    [
        new(),
        new() { Compute = ComputeMode.Exact, CacheType = CacheType.F32 },
        new() { Compute = ComputeMode.Fine },
        new() { CacheType = CacheType.Q8 },
        new() { CacheType = CacheType.Q4 },
    ];

    public static TheoryData<string> Kinds => [.. RandomModel.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public async Task Same_bits_whatever_the_threads_the_chunks_and_the_cache(string kind)
    {
        foreach (ModelOptions mode in Modes)
            await SameBitsTests.Check(options => LanguageModel.Load(files[kind], options), mode, Evidence.Ids(70, 301), tokens: 4);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Same_bits_beside_others_and_from_the_pages_of_others(string kind)
    {
        foreach (ModelOptions mode in Modes)
        {
            using LanguageModel model = LanguageModel.Load(files[kind], mode with { Threads = 2 });
            int[][] prompts = [.. ((int[])[100, 1, 33, 70, 64]).Select(length => Evidence.Ids(length, 301))];  // each begins as all longer ones do
            List<Run> alone = [];
            foreach (int[] prompt in prompts) alone.Add(await Run.Of(model, prompt, Options(shared: false)));

            Run[] together = await Task.WhenAll(prompts.Select(prompt => Run.Of(model, prompt, Options(shared: false))));
            Run[] hits = await Task.WhenAll(prompts.Select(prompt => Run.Of(model, prompt, Options(shared: true))));
            Run hit = await Run.Of(model, prompts[0], Options(shared: true));

            Assert.Equal(alone.Select(run => run.Hashes), together.Select(run => run.Hashes));
            Assert.Equal(alone.Select(run => run.Hashes), hits.Select(run => run.Hashes));
            Assert.Equal(96, hit.Result.CachedTokens);
            Assert.Equal(alone[0].Hashes, hit.Hashes);
            Assert.Equal(0, model.Pages.Held);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_dry_run_asks_for_every_tensor_and_finds_what_is_missing(string kind)
    {
        using ModelFile file = ModelFile.Open(files[kind]);
        ModelSupport support = ModelSupport.Examine(file);
        Assert.Null(support.Obstacle);
        Assert.Empty(support.UnusedTensors);

        byte[] bytes = File.ReadAllBytes(files[kind]);
        string missing = kind == "deepseek2" ? "blk.2.attn_v_b.weight" : "blk.2.attn_v.weight";
        bytes[bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(missing))] = (byte)'x';
        using ModelFile damaged = ModelFile.Open(new MemoryStream(bytes), "damaged.gguf");
        ModelFileException obstacle = ModelSupport.Examine(damaged).Obstacle!;
        Assert.Equal(("tensor-missing", $"tensor {missing}"), (obstacle.Code, obstacle.Field));
    }

    [Fact]
    public void A_single_value_in_place_of_a_matrix_is_called_that()
    {
        List<byte> bytes = [.. File.ReadAllBytes(files["llama"])];
        ReadOnlySpan<byte> name = "blk.2.attn_v.weight"u8;
        int dimensions = bytes.ToArray().AsSpan().IndexOf(name) + name.Length;
        bytes.RemoveRange(dimensions, 4 + 16 + 4);                          // two dimensions and a type become none and F32 …
        bytes.InsertRange(dimensions, new byte[8]);
        int next = dimensions + 8 + 8;                                      // … and the next tensor's name grows by what the header lost
        bytes[next] += 16;
        bytes.InsertRange(next + 8, "xxxxxxxxxxxxxxxx"u8.ToArray());
        using ModelFile file = ModelFile.Open(new MemoryStream([.. bytes]), "damaged.gguf");
        ModelFileException obstacle = ModelSupport.Examine(file).Obstacle!;
        Assert.Equal(("tensor-shape", "tensor blk.2.attn_v.weight, shape", "a single value"), (obstacle.Code, obstacle.Field, obstacle.Found));
    }

    [Fact]
    public void Experts_are_refused_where_an_architecture_has_none()
    {
        using ModelFile file = ModelFile.Open(files["qwen2"]);
        Dictionary<string, object> entries = new(file.Metadata.Values) { ["qwen2.expert_count"] = 8u, ["qwen2.expert_used_count"] = 2u };
        Metadata withExperts = new("experts.gguf", entries);
        ModelFileException refused = Assert.Throws<ModelFileException>(() => Architectures.For(Hyperparameters.Read(withExperts), withExperts));
        Assert.Equal(("experts-unsupported", "metadata qwen2.expert_count"), (refused.Code, refused.Field));
    }

    [Theory]
    [InlineData("qwen2", "blk.1.attn_k.bias")]
    [InlineData("phi2", "blk.1.attn_output.bias")]
    [InlineData("phi2", "blk.1.attn_norm.bias")]
    [InlineData("phi2", "blk.1.ffn_up.bias")]
    [InlineData("phi2", "output.bias")]
    public void Biases_that_an_architecture_is_built_on_must_be_there(string architecture, string bias)
    {
        byte[] bytes = File.ReadAllBytes(files[architecture]);
        bytes[bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(bias))] = (byte)'x';
        using ModelFile file = ModelFile.Open(new MemoryStream(bytes), "damaged.gguf");
        Assert.Equal($"tensor {bias}", ModelSupport.Examine(file).Obstacle!.Field);
    }

    [Theory]
    [InlineData("phi2", "attention.layer_norm_epsilon", "hyperparameter-missing")]
    [InlineData("llama", "attention.layer_norm_rms_epsilon", "hyperparameter-missing")]
    [InlineData("cohere2", "attention.layer_norm_epsilon", "hyperparameter-missing")]
    [InlineData("qwen3moe", "expert_used_count", "hyperparameter-missing")]
    [InlineData("deepseek2", "attention.kv_lora_rank", "hyperparameter-missing")]
    [InlineData("deepseek2", "attention.key_length_mla", "hyperparameter-missing")]
    [InlineData("phi2", "rope.dimension_count", null)]      // absent: all values of a head
    public void Metadata_that_an_architecture_is_built_on_must_be_there(string architecture, string key, string? code)
    {
        using ModelFile file = ModelFile.Open(files[architecture]);
        Metadata less = new("less.gguf", file.Metadata.Values.Where(entry => entry.Key != $"{architecture}.{key}").ToDictionary());
        ModelFileException? refused = (ModelFileException?)Record.Exception(() => Architectures.For(Hyperparameters.Read(less), less));
        Assert.Equal((code, code is null ? null : $"metadata {architecture}.{key}"), (refused?.Code, refused?.Field));
    }

    [Theory]
    [InlineData("expert_gating_func", 2u, "sigmoid")]
    [InlineData("expert_group_count", 8u, "groups")]
    [InlineData("rope.scaling.type", "yarn", "mscale")]
    [InlineData("attention.head_count_kv", 4u, "convert")]
    [InlineData("attention.key_length", 128u, "74")]
    [InlineData("attention.value_length", 24u, "64")]
    [InlineData("attention.key_length_mla", 10u, "more than the 10 rotated values")]
    public void What_latent_attention_and_its_experts_cannot_do_is_refused_by_name(string key, object value, string said)
    {
        using ModelFile file = ModelFile.Open(files["deepseek2"]);
        Metadata other = new("other.gguf", new Dictionary<string, object>(file.Metadata.Values) { [$"deepseek2.{key}"] = value });
        ModelFileException refused = Assert.Throws<ModelFileException>(() => Architectures.For(Hyperparameters.Read(other), other));
        Assert.Equal(("hyperparameter-absurd", $"metadata deepseek2.{key}"), (refused.Code, refused.Field));
        Assert.Contains(said, refused.Expected + refused.Found);
    }

    [Fact]
    public void A_number_of_shared_experts_that_no_tensor_can_have_is_refused_by_name()
    {
        byte[] bytes = File.ReadAllBytes(files["deepseek2"]);
        int at = bytes.AsSpan().IndexOf("deepseek2.expert_shared_count"u8) + "deepseek2.expert_shared_count".Length + sizeof(uint);
        bytes.AsSpan(at, sizeof(uint)).Fill(0x7F);
        using ModelFile file = ModelFile.Open(new MemoryStream(bytes), "absurd.gguf");
        ModelFileException obstacle = ModelSupport.Examine(file).Obstacle!;
        Assert.Equal(("hyperparameter-absurd", "metadata deepseek2.expert_shared_count"), (obstacle.Code, obstacle.Field));
    }

    [Fact]
    public void A_window_is_refused_where_layers_have_their_own()
    {
        GenerationException refused = Assert.Throws<GenerationException>(() => LanguageModel.Load(files["gemma2"], new ModelOptions { Window = 64 }));
        Assert.Equal("window-in-layers", refused.Code);
        LanguageModel.Load(files["qwen2"], new ModelOptions { Window = 64 }).Dispose();

        foreach (Architecture architecture in Architectures.All)
        {
            using ModelFile file = ModelFile.Open(files[architecture.Name]);
            using WeightReader dryRun = new(file, pool: null, progress: null);
            using Model model = architecture.Read(dryRun, Hyperparameters.Read(file.Metadata));
            Assert.Equal(architecture.HasLayerWindows, model.Blocks.Any(block => block.Attention.Window > 0));
        }
    }

    [Fact]
    public void Work_is_counted_by_what_each_layer_sees()
    {
        using SmallRun run = new(files["gemma2"], ComputeMode.Fast);
        run.Logits(Evidence.Ids(50, 301), chunk: 30);

        long local = Enumerable.Range(1, 50).Sum(seen => Math.Min(seen, 20)), global = 50 * 51 / 2;   // layers 0 and 2 have the window, layer 1 has none
        Assert.Equal((2 * local + global) * 4 * (24 + 24), run.Counters.MultiplyAdds.Attention);
    }

    [Fact]
    public void Of_experts_those_that_a_token_takes_are_counted()
    {
        using SmallRun run = new(files["llama with experts"], ComputeMode.Fast), dense = new(files["llama"], ComputeMode.Fast);
        run.Logits(Evidence.Ids(50, 301), chunk: 30);

        long expert = 3 * 96 * 160, router = 5 * 96;
        Assert.Equal(50 * 3 * (router + 2 * expert), run.Counters.MultiplyAdds.FeedForward);
        long bytes = 34 * expert / 32, perToken = run.Decoder.WeightBytesPerToken - dense.Decoder.WeightBytesPerToken;  // of Q8_0, in which a router is 16 rows
        Assert.Equal(3 * (bytes + 34 * 16 * 96 / 32), perToken);    // two experts of five, where the other has one part
    }

    [Fact]
    public void Of_latent_attention_and_shared_experts_what_every_token_takes_is_counted()
    {
        using SmallRun run = new(files["deepseek2"], ComputeMode.Fast);
        run.Logits(Evidence.Ids(50, 301), chunk: 30);

        long queries = 96 * 32 + 32 * 4 * (32 + 10), latent = 96 * (64 + 10), heads = 4 * (32 * 64 + 64 * 24), output = 4 * 24 * 96;
        Assert.Equal(50 * 3 * (queries + latent + heads + output), run.Counters.MultiplyAdds.Projections);
        long dense = 3 * 96 * 160, expert = 3 * 96 * 64, router = 5 * 96;
        Assert.Equal(50 * (dense + 2 * (router + (2 + 2) * expert)), run.Counters.MultiplyAdds.FeedForward);
        Assert.Equal(3 * (50 * 51 / 2) * 4 * (74 + 64), run.Counters.MultiplyAdds.Attention);
    }

    [Fact]
    public void The_documents_and_the_message_name_every_architecture()
    {
        using ModelFile file = ModelFile.Open(files["qwen2"]);
        Dictionary<string, object> entries = new(file.Metadata.Values) { ["general.architecture"] = "bert" };
        foreach ((string key, object value) in file.Metadata.Values.Where(entry => entry.Key.StartsWith("qwen2.", StringComparison.Ordinal)))
            entries["bert" + key[5..]] = value;
        Metadata other = new("bert.gguf", entries);
        ModelFileException refused = Assert.Throws<ModelFileException>(() => Architectures.For(Hyperparameters.Read(other), other));
        Assert.Equal("architecture-unsupported", refused.Code);

        foreach (Architecture architecture in Architectures.All)
        {
            Assert.Contains(architecture.Name, refused.Expected);
            foreach (string page in (string[])["README.md", Path.Combine("docs", "transformer.md"), Path.Combine("docs", "errors.md")])
                Assert.Contains($"`{architecture.Name}`", File.ReadAllText(Path.Combine(Checkout.Folder, page)));
        }
    }

    private static GenerationOptions Options(bool shared) =>
        new() { Sampling = Evidence.Sampled, MaxTokens = 4, IgnoreEnd = true, HashLogits = true, ShareCache = shared };
}
