using System.Diagnostics;

namespace Sandglass.Cli.Tests;

/// <summary>A path whose bytes are no UTF-8 reaches the tool as another one: it is refused wherever a path is taken, and no other file is touched.</summary>
public sealed class PathNameTests : IDisposable
{
    private readonly ModelCopy _files = new();

    // the shell spells the byte E9; the runtime makes U+FFFD of it, and a file of that name lies in wait
    [Theory]
    [InlineData("quantize MODEL $'q\\xe9.gguf' F16")]
    [InlineData("quantize $'q\\xe9.gguf' out.gguf F16")]
    [InlineData("inspect $'q\\xe9.gguf'")]
    [InlineData("run Once -n 1 --model $'q\\xe9.gguf'")]
    [InlineData("run Once -n 1 --model MODEL --draft $'q\\xe9.gguf'")]
    [InlineData("run -n 1 --model MODEL --prompt-file $'q\\xe9.gguf'")]
    [InlineData("tokenize --model=$'q\\xe9.gguf' Once")]
    [InlineData("perplexity --model MODEL --file $'q\\xe9.gguf'")]
    [InlineData("perplexity --model MODEL $'q\\xe9.gguf'")]
    [InlineData("bench --decode 1 --synthetic smollm2-135m:q4_0 --keep $'q\\xe9.gguf'")]
    public void It_is_refused(string command)
    {
        if (!OperatingSystem.IsLinux()) return;
        string model = _files.Write("model.gguf"), other = _files.Write("q\uFFFD.gguf");
        byte[] before = File.ReadAllBytes(other);

        ToolRun run = Shell($"{Tool.Path} {command.Replace("MODEL", model, StringComparison.Ordinal)}");

        Assert.Equal(2, run.Code);
        Assert.Contains("UTF-8", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(other));
        Assert.Equal(2, Directory.GetFiles(_files.Folder).Length);
    }

    [Theory]
    [InlineData("run $'Once \\xe9' -n 1")]
    [InlineData("score $'Once \\xe9'")]
    [InlineData("tokenize $'Once \\xe9'")]
    [InlineData("run Once -n 1 --stop $'\\xe9'")]
    [InlineData("run Once -n 1 --dry-multiplier 1 --dry-breaker $'\\xe9'")]
    public void A_text_of_such_bytes_is_refused_and_not_replaced(string command)
    {
        if (!OperatingSystem.IsLinux()) return;

        ToolRun run = Shell($"{Tool.Path} {command} --model embedded:grain-1m");

        Assert.Equal(2, run.Code);
        Assert.Empty(run.Output);
        Assert.Contains("expected a text in UTF-8", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_holds_the_replacement_character_itself_is_taken()
    {
        Assert.Equal(0, Shell($"{Tool.Path} tokenize $'Once \uFFFD' --model embedded:grain-1m").Code);
    }

    [Fact]
    public void The_model_that_the_environment_names_is_no_exception()
    {
        if (!OperatingSystem.IsLinux()) return;
        _files.Write("q\uFFFD.gguf");

        ToolRun run = Shell($"SANDGLASS_MODEL=$'q\\xe9.gguf' {Tool.Path} inspect");

        Assert.Equal(2, run.Code);
        Assert.StartsWith("SANDGLASS_MODEL: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_of_such_a_name_is_what_is_told()
    {
        if (!OperatingSystem.IsLinux()) return;
        string model = _files.Write("model.gguf");

        ToolRun run = Shell($"mkdir $'d\\xe9' && cd $'d\\xe9' && cp {model} m.gguf && {Tool.Path} inspect m.gguf");

        Assert.Equal(2, run.Code);
        Assert.Contains("the current directory's name is not UTF-8", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_holds_the_replacement_character_itself_is_a_name()
    {
        string path = _files.Write("q\uFFFD.gguf");

        Tool.Run("inspect", path, "--json").Done();
        Tool.Run("quantize", path, path + "2", "F16").Done();
        Assert.True(File.Exists(path + "2"));
    }

    public void Dispose() => Process.Start("rm", ["-rf", _files.Folder]).WaitForExit();      // the runtime cannot delete what it cannot name

    private ToolRun Shell(string command)
    {
        using Process process = Tool.Start("bash", [], ["-c", $"cd {_files.Folder} && {command}"]);
        return Tool.Finish(process, []);
    }
}
