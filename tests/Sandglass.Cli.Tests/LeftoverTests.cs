using System.Diagnostics;

namespace Sandglass.Cli.Tests;

/// <summary>Whatever signal ends the tool, no file that is not whole stays; and nothing that is waited for holds up the first Ctrl-C.</summary>
public sealed class LeftoverTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-").FullName;

    public static TheoryData<string> Signals => ["HUP", "INT", "QUIT", "TERM", "USR1", "USR2", "ALRM", "XCPU", "VTALRM", "PROF"];

    [Theory, MemberData(nameof(Signals))]
    public void A_signal_takes_the_partial_file_away(string signal)
    {
        if (!OperatingSystem.IsLinux()) return;
        // a gigabyte: not whole when the signal comes, on any machine
        using Process process =
            Tool.Start("env", [],
                [$"--default-signal={signal}", $"TMPDIR={_folder}", Tool.Path, "bench", "--synthetic", "llama-3.2-1b:q4_0", "--decode", "1", "--threads", "1"]);
        Await(() => Leftovers().Length > 0);
        Process.Start("kill", [$"-{signal}", $"{process.Id}"]).WaitForExit();
        ToolRun run = Tool.Finish(process, []);

        Assert.Equal(130, run.Code);
        Assert.Empty(Leftovers());
    }

    [Fact]
    public void The_second_signal_takes_it_away_too()
    {
        if (!OperatingSystem.IsLinux()) return;
        using Process process =
            Tool.Start("env", [],
                ["--default-signal=INT", Tool.Path, "bench", "--synthetic", "llama-3.2-1b:f32", "--keep", Path.Combine(_folder, "kept.gguf")]);
        Await(() => Leftovers().Length > 0);
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        ToolRun run = Tool.Finish(process, []);

        Assert.Equal(130, run.Code);
        Assert.Empty(Leftovers());
    }

    [Theory]
    [InlineData("run", "--prompt-file", "PIPE", "--model", Tool.Small)]
    [InlineData("score", "--prompt-file", "PIPE", "--model", Tool.Small)]
    [InlineData("tokenize", "--prompt-file", "PIPE", "--model", Tool.Small)]
    [InlineData("perplexity", "--file", "PIPE", "--model", Tool.Small)]
    public void A_text_from_a_pipe_is_waited_for_until_the_first_signal(params string[] command)
    {
        if (!OperatingSystem.IsLinux()) return;
        string pipe = Pipe();
        using Process process = Tool.Start("env", [], ["--default-signal=INT", Tool.Path, .. command.Select(word => word == "PIPE" ? pipe : word)]);
        InterruptionTests.AwaitHandler(process);
        Thread.Sleep(200);
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();

        Assert.Equal(130, Tool.Finish(process, []).Code);
    }

    [Fact]
    public void A_text_that_comes_through_a_pipe_is_read()
    {
        if (!OperatingSystem.IsLinux()) return;
        string pipe = Pipe();
        using Process process = Tool.Start(Tool.Path, [], ["tokenize", "--prompt-file", pipe, "--json"]);
        File.WriteAllBytes(pipe, "Once"u8);
        Assert.Equal(Tool.Run("tokenize", "Once", "--json").Done().Text, Tool.Finish(process, []).Done().Text);
    }

    [Theory]
    [InlineData("inspect", "PIPE")]
    [InlineData("run", "Once", "--model", "PIPE")]
    [InlineData("run", "Once", "--draft", "PIPE", "--model", Tool.Small)]
    [InlineData("tokenize", "Once", "--model", "PIPE")]
    [InlineData("quantize", "PIPE", "out.gguf", "F16")]
    [InlineData("quantize", Tool.Small, "PIPE", "F16")]
    [InlineData("bench", "--synthetic", "smollm2-135m:q4_0", "--keep", "PIPE")]
    public void A_pipe_is_no_model(params string[] command)
    {
        if (!OperatingSystem.IsLinux()) return;
        string pipe = Pipe();

        ToolRun run = Tool.Run([.. command.Select(word => word == "PIPE" ? pipe : word)]);

        Assert.Equal(2, run.Code);
        Assert.Contains("a named pipe", run.Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // the runtime has files of its own in the directory for temporary ones
    private string[] Leftovers() => Directory.GetFiles(_folder, "*sandglass*");

    private string Pipe()
    {
        string pipe = Path.Combine(_folder, "pipe");
        Process.Start("mkfifo", pipe).WaitForExit();
        return pipe;
    }

    private static void Await(Func<bool> condition)
    {
        for (int i = 0; i < 600 && !condition(); i++) Thread.Sleep(50);
    }
}
