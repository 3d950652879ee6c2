using System.Text.Json;
using Sandglass.ModelFiles;
using Sandglass.Planning;

namespace Sandglass.Tests;

/// <summary>Sizes from a <c>config.json</c>.</summary>
public class ConfigShapeTests
{
    private const string Llama = """
        {"model_type":"llama","hidden_size":64,"intermediate_size":96,"num_hidden_layers":3,"num_attention_heads":4,"num_key_value_heads":2,
         "vocab_size":512,"max_position_embeddings":256}
        """;

    /// <summary>What transformers wrote beside its config.json has as many values.</summary>
    [GoldenTheory]
    [InlineData("gemma3")]
    [InlineData("gpt2")]
    [InlineData("llama3-rope")]
    [InlineData("mixtral")]
    [InlineData("phi3")]
    [InlineData("qwen3")]
    public void The_parameters_are_those_of_the_checkpoint_beside_it(string folder)
    {
        string path = Shared.Path("models", "tiny-hf", folder);
        using FileStream file = File.OpenRead(Path.Combine(path, "model.safetensors"));
        using BinaryReader reader = new(file);
        using JsonDocument header = JsonDocument.Parse(reader.ReadBytes((int)reader.ReadUInt64()));
        long values = header.RootElement.EnumerateObject().Where(tensor => tensor.Name != "__metadata__").Sum(
            tensor => tensor.Value.GetProperty("shape").EnumerateArray().Aggregate(1L, (product, dimension) => product * dimension.GetInt64()));

        ModelShape shape = PlannedModel.Open(path).Shape;
        Assert.Equal(values, shape.Parameters);
        Assert.Equal(folder, shape.Name);
        if (folder == "gemma3") Assert.Equal([16, 16, 16, 16, 16, 0, 16], shape.Layers.Select(layer => layer.Attention.Window));
    }

    [Fact]
    public void A_model_that_sees_has_its_text_part_inside_and_leaves_out_defaults()
    {
        // as google/gemma-3-4b-pt has it
        ModelShape shape = ModelShape.FromConfig("""
            {"architectures":["Gemma3ForConditionalGeneration"],"model_type":"gemma3","text_config":{"hidden_size":2560,"intermediate_size":10240,
             "model_type":"gemma3_text","num_hidden_layers":34,"sliding_window":1024},"vision_config":{"hidden_size":1152,"num_hidden_layers":27}}
            """, "mine");

        Assert.Equal(ModelShape.Named("gemma-3-4b").Parameters, shape.Parameters);
        Assert.Equal(ModelShape.Named("gemma-3-4b").Layers, shape.Layers);
        Assert.Equal((131072, "mine"), (shape.Context, shape.Name));
    }

    [Fact]
    public void Kinds_of_layers_may_be_listed()
    {
        string json = Llama.Replace("\"vocab_size\"", """
            "sliding_window":32,"layer_types":["full_attention","sliding_attention","chunked_attention"],"vocab_size"
            """, StringComparison.Ordinal);

        Assert.Equal([0, 32, 32], ModelShape.FromConfig(json, "x").Layers.Select(layer => layer.Attention.Window));
    }

    [Fact]
    public void An_unknown_family_is_read_as_Llama_and_the_doubt_is_told()
    {
        ModelShape shape = ModelShape.FromConfig(Llama.Replace("\"llama\"", "\"newest\"", StringComparison.Ordinal), "x");

        Assert.Contains("newest", shape.Doubt, StringComparison.Ordinal);
        Assert.Equal(ModelShape.FromConfig(Llama, "x").Parameters, shape.Parameters);
        Assert.Contains("tie_word_embeddings is absent", shape.Doubt, StringComparison.Ordinal);
        string told = Llama.Replace("\"llama\"", "\"newest\",\"tie_word_embeddings\":true", StringComparison.Ordinal);
        Assert.DoesNotContain("absent", ModelShape.FromConfig(told, "x").Doubt, StringComparison.Ordinal);
    }

    [Fact]
    public void SmolLM3_has_one_matrix_for_both_ends_unless_its_file_says_otherwise()
    {
        string json = Llama.Replace("\"llama\"", "\"smollm3\"", StringComparison.Ordinal);

        Assert.True(ModelShape.FromConfig(json, "x").IsTied);
        Assert.False(ModelShape.FromConfig(json.Replace("{", "{\"tie_word_embeddings\":false,", StringComparison.Ordinal), "x").IsTied);
    }

    [Theory]
    [InlineData("model_type", "\"llama\"", "\"\\ud800\"")]
    [InlineData("a field's name", "\"vocab_size\"", "\"\\udc00\":1,\"vocab_size\"")]
    [InlineData("a field's name", "\"vocab_size\"", "\"text_config\":{\"a\\ud800\":1},\"vocab_size\"")]
    [InlineData("layer_types", "\"vocab_size\"", "\"layer_types\":[\"\\ud800\",\"x\",\"x\"],\"vocab_size\"")]
    public void Half_a_character_is_refused(string field, string part, string wrong)
    {
        ModelFileException failure = Assert.Throws<ModelFileException>(
            () => ModelShape.FromConfig(Llama.Replace(part, wrong, StringComparison.Ordinal), "config.json"));

        Assert.Equal(("config-field", field), (failure.Code, failure.Field));
    }

    [Fact]
    public void A_window_of_no_positions_is_none_and_one_that_is_listed_needs_its_width()
    {
        string none = Llama.Replace("\"llama\"", "\"mistral\",\"sliding_window\":0", StringComparison.Ordinal);
        string listed = Llama.Replace("{", "{\"layer_types\":[\"sliding_attention\",\"full_attention\",\"full_attention\"],", StringComparison.Ordinal);

        Assert.All(ModelShape.FromConfig(none, "x").Layers, static layer => Assert.Equal(0, layer.Attention.Window));
        ModelFileException failure = Assert.Throws<ModelFileException>(() => ModelShape.FromConfig(listed, "config.json"));
        Assert.Equal("sliding_window or attention_chunk_size", failure.Field);
    }

    [Fact]
    public void Of_two_fields_of_one_name_the_last_holds()
    {
        string json = Llama.Replace("\"vocab_size\":512", "\"vocab_size\":512,\"vocab_size\":640", StringComparison.Ordinal);

        Assert.Equal(640, ModelShape.FromConfig(json, "x").Vocabulary);
    }

    /// <summary>Thousands of layers beside tens of thousands of fields: each is looked at once.</summary>
    [Fact]
    public void As_many_fields_as_may_be_take_no_time()
    {
        string many = string.Concat(Enumerable.Range(0, 25_000).Select(i => $"\"{i:x}\":0,"));
        string json = Llama.Replace("{", "{" + many, StringComparison.Ordinal).Replace("layers\":3", "layers\":4096", StringComparison.Ordinal);
        System.Diagnostics.Stopwatch time = System.Diagnostics.Stopwatch.StartNew();

        Assert.Equal(4096, ModelShape.FromConfig(json, "x").Layers.Count);
        Assert.InRange(time.Elapsed.TotalSeconds, 0, 5);
        Assert.Equal("config-json", Assert.Throws<ModelFileException>(() => ModelShape.FromConfig(json + new string(' ', 1 << 18), "x")).Code);
    }

    [Theory]
    [InlineData("config-json", "content", "no json")]
    [InlineData("config-json", "content", "[1]")]
    [InlineData("config-json", "content", "")]
    [InlineData("config-field", "model_type", "{}")]
    [InlineData("config-field", "hidden_size", """{"model_type":"llama"}""")]
    [InlineData("config-field", "n_embd", """{"model_type":"gpt2"}""")]
    public void What_is_missing_is_named(string code, string field, string json)
    {
        ModelFileException failure = Assert.Throws<ModelFileException>(() => ModelShape.FromConfig(json, "config.json"));

        Assert.Equal((code, field, "config.json"), (failure.Code, failure.Field, failure.File));
    }

    [Theory]
    [InlineData("num_key_value_heads", "2", "3")]
    [InlineData("num_attention_heads", "4", "0")]
    [InlineData("num_attention_heads", "4", "\"4\"")]
    [InlineData("hidden_size", "64", "1e3")]
    [InlineData("hidden_size", "64", "-64")]
    [InlineData("hidden_size", "64", "2147483647")]
    [InlineData("num_hidden_layers", "3", "5000")]
    [InlineData("layer_types", "256", "256,\"layer_types\":[\"full_attention\"]")]
    [InlineData("layer_types", "256", "256,\"layer_types\":[\"full_attention\",\"linear_attention\",\"full_attention\"]")]
    [InlineData("tie_word_embeddings", "256", "256,\"tie_word_embeddings\":1")]
    [InlineData("mlp_only_layers", "256", "256,\"mlp_only_layers\":[true]")]
    [InlineData("num_experts_per_tok", "256", "256,\"num_experts\":4,\"num_experts_per_tok\":5")]
    public void What_no_model_can_have_is_refused(string field, string value, string wrong)
    {
        string key = value == "256" ? "max_position_embeddings" : field;
        string json = Llama.Replace($"\"{key}\":{value}", $"\"{key}\":{wrong}", StringComparison.Ordinal);
        ModelFileException failure = Assert.Throws<ModelFileException>(() => ModelShape.FromConfig(json, "config.json"));

        Assert.Equal(("config-field", field), (failure.Code, failure.Field));
    }

    [Fact]
    public void A_file_is_read_to_its_bound_only()
    {
        string folder = Directory.CreateTempSubdirectory("long").FullName, file = Path.Combine(folder, "config.json");
        try
        {
            File.WriteAllText(file, Llama + new string(' ', 1 << 20));
            ModelFileException failure = Assert.Throws<ModelFileException>(() => PlannedModel.Open(folder));
            Assert.Equal(("config-json", "length"), (failure.Code, failure.Field));
            if (!OperatingSystem.IsLinux()) return;

            // its length is said to be 0
            File.Delete(file);
            File.CreateSymbolicLink(file, "/proc/self/maps");
            Assert.Equal("content", Assert.Throws<ModelFileException>(() => PlannedModel.Open(folder)).Field);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Numbers at their bounds lead to a refusal or to a plan, never to numbers that wrapped around.</summary>
    [Fact]
    public void Whatever_the_numbers_are_nothing_wraps_around()
    {
        Random random = new(7);
        int[] some = [1, 2, 64, 4096, 65535, 1 << 16, (1 << 24) - 1, 1 << 24];
        int planned = 0;
        for (int i = 0; i < 3000; i++)
        {
            int Any() => some[random.Next(some.Length)];
            string type = ((string[])["llama", "qwen3_moe", "deepseek_v3", "gpt_oss", "gemma3_text", "llama4_text"])[i % 6];
            string json = $$"""
                {"model_type":"{{type}}","hidden_size":{{Any()}},"intermediate_size":{{Any()}},"num_hidden_layers":{{random.Next(1, 9)}},"head_dim":{{Any()}},
                 "num_attention_heads":{{Any()}},"vocab_size":{{Any()}},"max_position_embeddings":{{Any()}},"num_experts":{{Any()}},"num_experts_per_tok":1,
                 "n_shared_experts":{{random.Next(3)}},"qk_rope_head_dim":{{Any()}},"qk_nope_head_dim":{{Any()}},"v_head_dim":{{Any()}}
                 {{(type[0] == 'd' ? $",\"kv_lora_rank\":{Any()},\"q_lora_rank\":{Any()}" : "")}}}
                """;
            try
            {
                ModelShape shape = ModelShape.FromConfig(json, "config.json");
                MemoryPlan plan = MemoryPlan.For(PlannedModel.Of(shape));
                Assert.True(shape.Parameters > 0 && shape.ActiveParameters > 0 && shape.CachedValues > 0, json);
                Assert.True(plan.WeightBytes >= shape.Parameters && plan.CacheBytes > 0 && plan.ActivationBytes > 0 && plan.TotalBytes > plan.WeightBytes, json);
                planned++;
            }
            catch (SandglassException refused)
            {
                Assert.Contains(refused.Code, (string[])["config-field", "plan-option"]);
            }
        }
        Assert.InRange(planned, 100, 2900);
    }
}
