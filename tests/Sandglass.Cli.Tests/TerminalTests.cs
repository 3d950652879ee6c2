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
    public void Nothing_is_wider_than_eighty_columns_and_no_word_is_broken()
    {
        foreach (string command in (string[])[$"run Once --model {Tool.Small} --seed 1 -n 8", $"run Once --model {Tool.Small} --seed 1 -n 4 --explain --n 2", $"lab cache --model {Tool.Small}", $"lab fork 'The king' --at 3 --branches 4 --model {Tool.Small}"])
        {
            string[] lines = [.. Show(command, noColour: true, columns: 80).Replace("\e[?1h\e=", "", StringComparison.Ordinal).Split("\r\n").Select(line => line[(line.LastIndexOf("\e[K", StringComparison.Ordinal) is >= 0 and int at ? at + 3 : 0)..])];
            Assert.All(lines, line => Assert.InRange(line.Length, 0, 79));
            string all = string.Join('\n', lines);
            if (command.StartsWith("lab cache", StringComparison.Ordinal)) Assert.All(["Tokens", "Logits", "ms/token", "without", "81.9 kB", "quadratic"], word => Assert.Contains(word, all, StringComparison.Ordinal));
            else if (command.StartsWith("lab", StringComparison.Ordinal)) Assert.Contains("    the king's son of the king's son", all, StringComparison.Ordinal);
        }
    }

    [TerminalFact]
    public void What_plays_no_part_with_beams_is_told_to_a_person_and_no_seed_is()
    {
        string command = $"run Once --model {Tool.Small} -n 4 --beams 2", seen = Show($"{command} --temperature 0.3 --seed 7 --json", noColour: true), figures = Show(command, noColour: true);

        Assert.Contains("Hint: --temperature and --seed play no part with --beams", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("Hint", figures, StringComparison.Ordinal);
        Assert.DoesNotContain("seed", figures, StringComparison.Ordinal);
        ToolRun piped = Tool.Run(["run", "Once", "--model", Tool.Small, "-n", "4", "--beams", "2", "--top-k", "3", "--json"]).Done();
        Assert.Equal(("", 0), (piped.Error, piped.Last.GetProperty("seed").GetInt32()));
    }

    [Theory]
    [InlineData("one two three", 7, "one two", "three")]
    [InlineData("one two three", 8, "one two", "three")]
    [InlineData("one extraordinarily two", 5, "one", "extraordinarily", "two")]
    [InlineData("a\nb", 5, "a", "b")]
    [InlineData("", 5, "")]
    [InlineData("one two", -3, "one", "two")]
    public void A_long_line_breaks_between_words(string text, int width, params string[] lines) => Assert.Equal(lines, Words.Wrapped(text, width));

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

    private static string Show(string command, bool noColour, int columns = 200)
    {
        (string, string)[] environment = noColour ? [("NO_COLOR", "1"), ("TERM", "xterm")] : [("TERM", "xterm")];
        using Process process = Tool.Start("script", environment, ["-qec", $"stty cols {columns}; {Tool.Path} {command}", "/dev/null"]);
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
