using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Sandglass.Cli.Tests;

/// <summary>What a person sees: the tool in a terminal, made by util-linux's <c>script</c>.</summary>
public partial class TerminalTests
{
    [TerminalFact]
    public void The_prompt_stands_dim_before_the_text_and_figures_end_it()
    {
        string seen = Show($"run 'Once upon' --model {Tool.Small} --max-tokens 5 --seed 1", noColour: false);

        Assert.Contains("\e[2mOnce upon\e[0m", seen, StringComparison.Ordinal);
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
        foreach (string command in (string[])[$"run Once --model {Tool.Small} --seed 1 -n 8", $"run Once --model {Tool.Small} --seed 1 -n 4 --explain --n 2",
            $"lab cache --model {Tool.Small}", $"lab fork 'The king' --at 3 --branches 4 --model {Tool.Small}"])
        {
            string[] lines = [.. Show(command, noColour: true, columns: 80).Split("\r\n")];
            Assert.All(lines, line => Assert.InRange(line.Length, 0, 79));
            string all = string.Join('\n', lines);
            if (command.StartsWith("lab cache", StringComparison.Ordinal)) Assert.All(["Tokens", "Logits", "ms/token", "without", "81.9 kB", "quadratic"],
                word => Assert.Contains(word, all, StringComparison.Ordinal));
            else if (command.StartsWith("lab", StringComparison.Ordinal)) Assert.Contains("    the king's son of the king's son", all,
                StringComparison.Ordinal);
        }
    }

    [TerminalFact]
    public void What_plays_no_part_with_beams_is_told_to_a_person_and_no_seed_is()
    {
        string command = $"run Once --model {Tool.Small} -n 4 --beams 2", seen = Show($"{command} --temperature 0.3 --seed 7 --json", noColour: true),
            figures = Show(command, noColour: true);

        Assert.Contains("Hint: --temperature and --seed play no part with --beams", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("Hint", figures, StringComparison.Ordinal);
        Assert.DoesNotContain("seed", figures, StringComparison.Ordinal);
        ToolRun piped = Tool.Run(["run", "Once", "--model", Tool.Small, "-n", "4", "--beams", "2", "--top-k", "3", "--json"]).Done();
        Assert.Equal(("", 0), (piped.Error, piped.Last.GetProperty("seed").GetInt32()));
    }

    [TerminalFact]
    public void A_terminal_gets_nothing_but_what_is_written()
    {
        foreach (string command in (string[])[$"run Once --model {Tool.Small} -n 2", $"run Once --model {Tool.Small} -n 2 --explain",
            $"score Once --model {Tool.Small}", "inspect", "tokenize Once", "--help", "run --help", "--version", "run a --top-k -1",
            $"lab cache -n 16 --model {Tool.Small}", $"lab fork -n 2 --model {Tool.Small}"])
            Assert.DoesNotMatch(@"\e(?!\[[0-9;]*m)", Show(command, noColour: false));        // colours alone
    }

    [TerminalFact]
    public void A_dumb_terminal_gets_no_codes_at_all()
    {
        // takes long enough for progress
        using Process process = Tool.Start("script", [("TERM", "dumb")], ["-qec", $"{Tool.Path} lab cache --model {Tool.Small} -n 200", "/dev/null"]);
        Assert.DoesNotContain('\e', Tool.Finish(process, []).Text);
    }

    [TerminalFact]
    public void In_forty_columns_no_word_and_no_number_is_broken()
    {
        string table = Show($"lab cache -n 16 --model {Tool.Small}", noColour: true, columns: 40),
            error = Show("run a --top-k -1", noColour: true, columns: 40);
        string text = Show($"run Once --model {Tool.Small} -n 60 --seed 1", noColour: true, columns: 40),
            whole = Tool.Run("run", "Once", "--model", Tool.Small, "-n", "60", "--seed", "1").Done().Text;

        Assert.Contains("\r\n  Passes: 1.00 linear", table.Replace("without: ", "Passes: ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.All([error, text], shown => Assert.All(shown.Split("\r\n"), line => Assert.InRange(line.Length, 0, 40)));
        // where a line breaks a blank was
        Assert.StartsWith($"Once{whole}".Replace('\n', ' '), text.Replace("\r\n", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("from\r\n0, found", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one two three", "one two\nthree")]
    [InlineData("one two", "one two")]
    [InlineData("one  two ", "one  two ")]
    [InlineData("a longer word", "a longer\nword")]
    [InlineData("ten letters", "ten\nletters")]
    [InlineData("a\nb c", "a\nb c")]
    [InlineData("日本 日本日", "日本\n日本日")]      // two columns a letter
    public void A_word_that_does_not_fit_begins_a_line_however_its_pieces_come(string text, string shown)
    {
        for (int piece = 1; piece <= text.Length; piece++)
        {
            WordWrap wrap = new(() => 10);
            string all = string.Concat(text.Chunk(piece).Select(part => wrap.Add(new string(part)))) + wrap.End();
            Assert.Equal(shown, all);
        }
    }

    [Fact]
    public void A_word_keeps_the_colours_of_its_pieces_on_the_new_line()
    {
        WordWrap wrap = new(() => 10);

        Assert.Equal("\e[2mone\e[0m", wrap.Add("one tw", "\e[2m"));
        Assert.Equal("", wrap.Add("in", "\e[3m"));
        Assert.Equal("\n\e[2mtw\e[0m\e[3min\e[0m\e[4mfold\e[0m", wrap.Add("fold", "\e[4m"));
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
        foreach (string command in (string[])[$"run Once --model {Tool.Small} --max-tokens 5", $"score 'Once upon' --model {Tool.Small}",
            "tokenize 'Once upon'", "inspect"])
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
        return Progress().Replace(Tool.Finish(process, []).Text, "");
    }

    // shown and taken back, where a busy machine lets something take long
    [GeneratedRegex(@"\r\e\[K[^\r\n]*(?=\r\e\[K)|\r\e\[K")]
    private static partial Regex Progress();
}

/// <summary>A test that needs a terminal; skipped where nothing can make one.</summary>
public sealed class TerminalFactAttribute : FactAttribute
{
    public TerminalFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/script")) Skip = "needs script, of util-linux";
    }
}
