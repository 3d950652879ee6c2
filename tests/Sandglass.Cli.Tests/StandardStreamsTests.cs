using System.Diagnostics;

namespace Sandglass.Cli.Tests;

/// <summary>Standard streams that the caller closed, or that cannot do what they are for: said by name, never waited for, never taken for another
/// file.</summary>
public class StandardStreamsTests
{
    private const string Model = $"--model {Tool.Small}";

    [TerminalTheory]
    [InlineData("tokenize <&-")]
    [InlineData("tokenize - <&-")]
    [InlineData("score <&-")]
    [InlineData($"run {Model} -n 2 <&-")]
    [InlineData("run -f - <&-")]
    [InlineData("tokenize <&- >&-")]
    [InlineData("tokenize <&- >&- 2>&-")]
    public void A_closed_input_has_no_text(string command)
    {
        ToolRun run = Shell(command);

        Assert.Equal((2, ""), (run.Code, run.Text));
        if (!command.EndsWith("2>&-", StringComparison.Ordinal)) Assert.Contains("There is no text: standard input is closed.", run.Error,
            StringComparison.Ordinal);
    }

    [TerminalTheory]
    [InlineData("tokenize 0>/dev/null")]
    [InlineData("score 0>/dev/null")]
    [InlineData("run 0>/dev/null")]         // as under nohup
    [InlineData("tokenize </")]
    public void An_input_that_cannot_be_read_is_named(string command)
    {
        ToolRun run = Shell(command);

        Assert.Equal((2, ""), (run.Code, run.Text));
        Assert.Contains("There is no text: standard input cannot be read", run.Error, StringComparison.Ordinal);
    }

    [TerminalTheory]
    [InlineData("tokenize Once >&-")]
    [InlineData("tokenize Once <&- >&-")]
    [InlineData("tokenize Once --json >&-")]
    [InlineData($"run Once {Model} -n 2 >&-")]
    [InlineData($"run Once {Model} -n 2 --json <&- >&-")]
    [InlineData($"run Once {Model} -n 2 --explain >&-")]
    [InlineData($"score Once {Model} >&-")]
    [InlineData("inspect >&-")]
    [InlineData("inspect --json <&- >&-")]
    [InlineData($"lab cache {Model} -n 16 >&-")]
    [InlineData($"lab fork {Model} -n 2 >&-")]
    [InlineData("--help >&-")]
    [InlineData("--version >&-")]
    public void A_closed_output_is_a_failure(string command)
    {
        ToolRun run = Shell(command);

        Assert.Equal(1, run.Code);
        Assert.Contains("Standard output is closed", run.Error, StringComparison.Ordinal);
    }

    [TerminalFact]
    public void What_is_not_needed_may_be_closed()
    {
        string text = Tool.Run("run", "Once", "--model", Tool.Small, "-n", "5", "--seed", "1").Done().Text;

        foreach (string closed in (string[])["<&-", "2>&-", "<&- 2>&-"]) Assert.Equal(text, Shell($"run Once {Model} -n 5 --seed 1 {closed}").Done().Text);
        Assert.NotEqual("", Shell($"lab fork {Model} -n 2 <&-").Done().Text);     // begins as where no text came
    }

    private static ToolRun Shell(string command)
    {
        using Process process = Tool.Start("sh", [], ["-c", $"exec {Tool.Path} {command}"]);
        return Tool.Finish(process, []);
    }
}

/// <summary>Tests that need a shell that closes streams.</summary>
public sealed class TerminalTheoryAttribute : TheoryAttribute
{
    public TerminalTheoryAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = "needs a shell that closes streams";
    }
}
