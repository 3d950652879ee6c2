using System.Diagnostics;
using System.Text.Json;

namespace Sandglass.Cli.Tests;

public class InterruptionTests
{
    private static readonly string[] Endless = ["run", "Once", "--model", Tool.Small, "--context", "1000000", "--ignore-eos"];

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void A_signal_ends_the_run_at_the_next_token_with_its_figures(string signal)
    {
        if (OperatingSystem.IsWindows()) return;
        // env: whoever runs the tests in the background has Ctrl-C ignored, and so would have what he starts
        using Process process = Tool.Start("env", [], [$"--default-signal={signal}", Tool.Path, .. Endless, "--json"]);
        process.StandardOutput.BaseStream.ReadExactly(new byte[200]);       // it writes
        Process.Start("kill", [$"-{signal}", $"{process.Id}"]).WaitForExit();
        ToolRun run = Tool.Finish(process, []);

        Assert.Equal(130, run.Code);
        JsonElement last = JsonDocument.Parse(run.Text.TrimEnd().Split('\n')[^1]).RootElement;
        Assert.Equal("cancelled", last.GetProperty("finish").GetString());
        Assert.True(last.GetProperty("completionTokens").GetInt32() > 0);
    }

    [Fact]
    public void A_reader_that_leaves_ends_the_run_without_a_word()
    {
        using Process process = Tool.Start(Tool.Path, [], [.. Endless, "--json"]);
        process.StandardInput.Close();
        process.StandardOutput.BaseStream.ReadExactly(new byte[100]);
        process.StandardOutput.Close();

        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)), "it went on into the closed pipe");
        Assert.Equal(0, process.ExitCode);
        Assert.Empty(process.StandardError.ReadToEnd());
    }
}
