using System.Diagnostics;

namespace Sandglass.Cli.Tests;

/// <summary>What a person sees: the tool in a terminal, made by util-linux's <c>script</c>.</summary>
public class TerminalTests
{
    [TerminalFact]
    public void The_prompt_stands_dim_before_the_text_and_figures_end_it()
    {
        string seen = Show($"run 'Once upon' --model {Tool.Small} --max-tokens 5 --seed 1", noColour: false);

        Assert.StartsWith("\e[2mOnce upon\e[0m", seen, StringComparison.Ordinal);
        Assert.Contains("decode", seen, StringComparison.Ordinal);
    }

    [TerminalFact]
    public void No_colour_means_none()
    {
        foreach (string command in (string[])[$"run Once --model {Tool.Small} --max-tokens 5", $"score 'Once upon' --model {Tool.Small}", "tokenize 'Once upon'", "inspect"])
            Assert.DoesNotMatch(@"\e\[[0-9;]*m", Show(command, noColour: true));
    }

    [TerminalFact]
    public void A_text_is_scored_in_colours()
    {
        string seen = Show($"score 'Once upon a time' --model {Tool.Small}", noColour: false);

        Assert.Contains("\e[38;5;", seen, StringComparison.Ordinal);
        Assert.Contains("log P(text)", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain é\n\ttext", "plain é\n\ttext")]
    [InlineData("\e[31mred\a", "␛[31mred␇")]
    [InlineData("\u009b31m\x7f", "\uFFFD31m\uFFFD")]
    public void Control_characters_do_not_reach_the_terminal(string text, string shown) => Assert.Equal(shown, Terminal.Harmless(text));

    private static string Show(string command, bool noColour)
    {
        (string, string)[] environment = noColour ? [("NO_COLOR", "1"), ("TERM", "xterm")] : [("TERM", "xterm")];
        using Process process = Tool.Start("script", environment, ["-qec", $"{Tool.Path} {command}", "/dev/null"]);
        return Tool.Finish(process, []).Text;
    }
}

/// <summary>A test that needs a terminal; skipped where nothing can make one.</summary>
public sealed class TerminalFactAttribute : FactAttribute
{
    public TerminalFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/script")) Skip = "needs script, of util-linux";
    }
}
