using System.Text.Json;
using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Cli.Tests;

public sealed class InspectCommandTests : IDisposable
{
    private readonly ModelCopy _files = new();

    [Fact]
    public void A_pipe_gets_plain_tables_with_the_shape_the_types_and_the_vocabulary()
    {
        string text = Tool.Run("inspect", "--tensors", "--metadata").Done().Text;

        foreach (string expected in (string[])["llama · runs here", "5,770,496", "6 of width 256", "8 heads of 32 share 4 key-value heads",
            "byte-level BPE (gpt2)", "Q8_0", "8.5", "blk.5.ffn_down.weight", "tokenizer.ggml.merges"])
            Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', text);
        Assert.DoesNotContain(text.Split('\n'), line => line.EndsWith(' '));
        Assert.DoesNotContain("Unusual", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_run_here_is_shown_all_the_same()
    {
        string path = _files.Write("odd.gguf", ("general.architecture", "mamba"), ("tokenizer.ggml.eos_token_id", null), ("tokenizer.ggml.model", "rwkv"));

        string name = string.Join(' ', Enumerable.Repeat("word", 60));
        Assert.Contains(name, Tool.Run("inspect", _files.Write("long.gguf", ("general.name", name))).Done().Text, StringComparison.Ordinal);

        JsonElement odd = Tool.Run("inspect", path, "--json").Done().Last;

        Assert.Equal("mamba", odd.GetProperty("architecture").GetString());
        Assert.False(odd.GetProperty("runs").GetBoolean());
        Assert.Equal(JsonValueKind.Null, odd.GetProperty("shape").ValueKind);      // all shape keys begin with llama.
        Assert.Equal("rwkv", odd.GetProperty("vocabulary").GetProperty("kind").GetString());
        Assert.Contains(odd.GetProperty("unusual").EnumerateArray(), what => what.GetString()!.Contains("no end token", StringComparison.Ordinal));
        Assert.Contains("does not run here", Tool.Run("inspect", path).Done().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_that_nothing_computes_with_and_a_tensor_that_nothing_uses_are_named()
    {
        ModelFileWriter writer = new();
        using (ModelFile small = EmbeddedModels.Open("grain-1m"))
        {
            foreach ((string key, object value) in small.Metadata.Values) writer.Add(key, value);
            foreach (TensorInfo tensor in small.Tensors)
            {
                byte[] bytes = new byte[tensor.ByteCount];
                small.Read(tensor, 0, bytes);
                writer.Add(tensor.Name, tensor.Type, [.. tensor.Shape], bytes);
            }
        }
        writer.Add("rope_table.weight", TensorType.IQ4_NL, [32], new byte[18]);
        string path = Path.Combine(_files.Folder, "extra.gguf");
        File.WriteAllBytes(path, writer.ToArray());

        JsonElement extra = Tool.Run("inspect", path, "--json").Done().Last;

        Assert.True(extra.GetProperty("runs").GetBoolean());                         // nothing asks for that tensor
        Assert.Contains(extra.GetProperty("unusual").EnumerateArray(), what => what.GetString()!.Contains("rope_table.weight", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_no_model_is_refused()
    {
        string path = Path.Combine(_files.Folder, "text.gguf");
        File.WriteAllText(path, "Once upon a time");

        ToolRun run = Tool.Run("inspect", path);

        Assert.Equal(2, run.Code);
        Assert.Empty(run.Output);
        Assert.Contains("is no GGUF file", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();
}
