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
    public void Of_a_second_sample_what_the_first_one_had_too_is_as_dim_as_the_prompt()
    {
        string seen = Show($"run 'Once upon' --model {Tool.Small} --max-tokens 8 --seed 1 --n 2 --temperature 0.2", noColour: false);

        string[] samples = seen.Split("\e[2mOnce upon\e[0m");
        Assert.Equal(3, samples.Length);
        string first = samples[1].Split('\r')[0];
        Assert.DoesNotContain("\e[", first, StringComparison.Ordinal);
        Assert.Matches(@"^(\e\[2m[^\e]*\e\[0m)+[^\e]+\r", samples[2]);    // dim, and from where it departs not
        Assert.Contains("Sample 1 departs from sample 0 at token", seen, StringComparison.Ordinal);
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
