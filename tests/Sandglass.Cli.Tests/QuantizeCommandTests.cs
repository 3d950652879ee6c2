using System.Text.Json;
using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Cli.Tests;

public sealed class QuantizeCommandTests : IDisposable
{
    private readonly ModelCopy _files = new();

    [Fact]
    public void The_output_runs_and_the_report_adds_up()
    {
        string path = Path.Combine(_files.Folder, "small.gguf");

        JsonElement report = Tool.Run("quantize", Tool.Small, path, "q4_1", "--json").Done().Last;

        Assert.Equal(["path", "type", "bytesBefore", "bytesAfter", "converted", "kept", "inF16"], report.EnumerateObject().Select(p => p.Name));
        Assert.Equal("Q4_1", report.GetProperty("type").GetString());
        Assert.True(report.GetProperty("bytesAfter").GetInt64() < report.GetProperty("bytesBefore").GetInt64());
        JsonElement made = Tool.Run("inspect", path, "--json").Done().Last;
        Assert.True(made.GetProperty("runs").GetBoolean());
        Assert.Equal("Q4_1", made.GetProperty("types")[0].GetProperty("type").GetString());
        Assert.Equal(0, Tool.Run("run", "Once", "--model", path, "--max-tokens", "2").Code);
    }

    [Fact]
    public void The_summary_counts_each_tensor_once()
    {
        string f32 = Path.Combine(_files.Folder, "f32.gguf"), odd = Path.Combine(_files.Folder, "odd.gguf"), q4 = Path.Combine(_files.Folder, "q4.gguf");
        ModelFileWriter writer = new();
        writer.Add("general.architecture", "llama");
        foreach (string name in (string[])["a.weight", "b.weight"]) writer.Add(name, TensorType.F32, [64, 2], new byte[512]);
        writer.Add("odd.weight", TensorType.F32, [33, 2], new byte[264]);
        writer.Add("half.weight", TensorType.F16, [33, 2], new byte[132]);
        writer.Add("norm", TensorType.F32, [64], new byte[256]);
        File.WriteAllBytes(odd, writer.ToArray());

        ToolRun run = Tool.Run("quantize", odd, q4, "Q4_0").Done();

        Assert.Contains("2 tensors in Q4_0, 2 in F16, 1 copied as they were", run.Text, StringComparison.Ordinal);
        Assert.Contains("In F16, since no block of 32 divides the rows:\n  half.weight\n  odd.weight\n", run.Text, StringComparison.Ordinal);
        Assert.Empty(run.Error);
        Tool.Run("quantize", Tool.Small, f32, "F32").Done();
        Assert.Empty(Tool.Run("quantize", f32, q4, "Q4_1").Done().Error);
        Assert.Contains("quantised already (Q4_1)", Tool.Run("quantize", q4, f32, "Q4_0").Done().Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_type_cannot_hold_is_not_called_damage()
    {
        string large = Path.Combine(_files.Folder, "large.gguf");
        ModelFileWriter writer = new();
        writer.Add("general.architecture", "llama");
        writer.Add("a.weight", TensorType.F32, [32, 2], Enumerable.Repeat(BitConverter.GetBytes(1e6f), 64).SelectMany(bytes => bytes).ToArray());
        File.WriteAllBytes(large, writer.ToArray());

        ToolRun run = Tool.Run("quantize", large, Path.Combine(_files.Folder, "out.gguf"), "F16");

        Assert.Equal(2, run.Code);
        Assert.Contains("expected numbers that F16 can hold, found 1000000. The file is sound", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("damaged", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_that_cannot_be_written_and_the_input_itself_are_refused()
    {
        string path = _files.Write("model.gguf");

        ToolRun onto = Tool.Run("quantize", path, path, "Q8_0");
        ToolRun nowhere = Tool.Run("quantize", path, Path.Combine(_files.Folder, "no", "such.gguf"), "Q8_0");

        Assert.Equal((2, 2), (onto.Code, nowhere.Code));
        Assert.Contains("the input itself", onto.Error, StringComparison.Ordinal);
        Assert.Empty(onto.Output);
        Assert.Empty(nowhere.Output);
    }

    [Fact]
    public void Who_types_a_name_that_exists_is_told_so_and_scripts_replace_their_own()
    {
        string path = _files.Write("model.gguf"), empty = Path.Combine(_files.Folder, "empty.gguf");
        File.WriteAllBytes(empty, []);

        WrongInputException refusal = Assert.Throws<WrongInputException>(() => QuantizeCommand.RefuseToReplace(path, "OUT"));
        Assert.Contains($"{path} exists already", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--force", refusal.Message, StringComparison.Ordinal);
        QuantizeCommand.RefuseToReplace(empty, "OUT");
        QuantizeCommand.RefuseToReplace(Path.Combine(_files.Folder, "none.gguf"), "OUT");
        Tool.Run("quantize", Tool.Small, empty, "Q8_0").Done();
        Tool.Run("quantize", Tool.Small, empty, "Q4_0").Done();
        Tool.Run("quantize", Tool.Small, empty, "Q8_0", "--force").Done();
    }

    public void Dispose() => _files.Dispose();
}
