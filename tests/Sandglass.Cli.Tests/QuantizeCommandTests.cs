using System.Text.Json;

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

        WrongInputException refusal = Assert.Throws<WrongInputException>(() => QuantizeCommand.RefuseToReplace(path));
        Assert.Contains($"{path} exists already", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--force", refusal.Message, StringComparison.Ordinal);
        QuantizeCommand.RefuseToReplace(empty);
        QuantizeCommand.RefuseToReplace(Path.Combine(_files.Folder, "none.gguf"));
        Tool.Run("quantize", Tool.Small, empty, "Q8_0").Done();
        Tool.Run("quantize", Tool.Small, empty, "Q4_0").Done();
        Tool.Run("quantize", Tool.Small, empty, "Q8_0", "--force").Done();
    }

    public void Dispose() => _files.Dispose();
}
