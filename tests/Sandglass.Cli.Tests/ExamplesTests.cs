using System.CommandLine;
using System.Text.RegularExpressions;

namespace Sandglass.Cli.Tests;

public partial class ExamplesTests
{
    [Theory]
    [InlineData("run")]
    [InlineData("chat")]
    [InlineData("score")]
    [InlineData("inspect")]
    [InlineData("tokenize")]
    [InlineData("apply-template")]
    [InlineData("perplexity")]
    [InlineData("quantize")]
    [InlineData("bench")]
    [InlineData("lab")]
    [InlineData("plan")]
    [InlineData("serve")]
    [InlineData("key")]
    public void Help_shows_lines_that_are_understood(string command)
    {
        string help = Tool.Run(command, "--help").Done().Text;

        Assert.Equal(help, Tool.Run("help", command).Done().Text);
        foreach (string example in Examples.For(command))
        {
            Assert.Contains(example, help, StringComparison.Ordinal);
            Assert.InRange(example.Length, 1, 78);      // two columns in, a line of eighty
            string[] words = [.. Word().Matches(example[(example.IndexOf("sandglass ", StringComparison.Ordinal) + 10)..])
                .Select(match => match.Value.Trim('"'))];
            Assert.Empty(SandglassCommand.Create(new Terminal()).Parse(words, SandglassCommand.Parsing).Errors);
        }
    }

    [Fact]
    public void Two_commands_of_one_name_have_lines_of_their_own()
    {
        Assert.Contains("sandglass plan serve --model", Tool.Run("plan", "serve", "--help").Done().Text, StringComparison.Ordinal);
        Assert.DoesNotContain("plan serve", Tool.Run("serve", "--help").Done().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tool_alone_shows_what_it_can_do()
    {
        string help = Tool.Run().Done().Text;

        Assert.Contains("sandglass run \"Once upon a time\"", help, StringComparison.Ordinal);
        Assert.Contains("perplexity", help, StringComparison.Ordinal);
    }

    [Theory, InlineData("lab")]
    public void A_group_alone_shows_its_commands(string group)
    {
        string help = Tool.Run(group).Done().Text;

        Assert.Equal(help, Tool.Run("help", group).Done().Text);
        Assert.StartsWith("Experiments", help, StringComparison.Ordinal);
        Assert.Contains("Usage: sandglass lab COMMAND", help, StringComparison.Ordinal);
        Assert.Contains("sandglass lab cache", help, StringComparison.Ordinal);
        Assert.Equal(Tool.Run("lab", "cache", "--help").Done().Text, Tool.Run("help", "lab", "cache").Done().Text);
    }

    [Fact]
    public void Every_option_of_a_command_with_many_has_a_place_in_the_help()
    {
        Command root = SandglassCommand.Create(new Terminal());
        string[] grouped = [.. OptionGroups.All.SelectMany(group => group.Names)];
        Assert.Distinct(grouped);
        HashSet<string> known = [.. root.Subcommands.SelectMany(command => command.Subcommands.Append(command)).SelectMany(command => command.Options)
            .Select(option => option.Name), "--quiet", "--help"];
        Assert.Empty(grouped.Except(known));
        foreach (Command command in root.Subcommands.Where(command => command.Options.Count >= OptionGroups.Many))
        {
            Assert.Empty(command.Options.Select(option => option.Name).Except(grouped));
            string help = Tool.Run(command.Name, "--help").Done().Text;
            Assert.All(command.Options, option => Assert.Single(Regex.Matches(help, $@"(?m)^ +(-\S+, )*{option.Name}( |$)")));
            Assert.DoesNotContain($"\n{OptionGroups.Rest}:", help, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_option_has_one_group_also_where_a_name_means_something_else()
    {
        Command root = SandglassCommand.Create(new Terminal());
        IEnumerable<Command> all = root.Subcommands.SelectMany(command => command.Subcommands.Append(command));
        foreach (Command command in all.Where(command => command.Options.Count + 2 >= OptionGroups.Many))
        {
            string[] grouped = [.. OptionGroups.For(Help.Path(command)).SelectMany(group => group.Names)];
            Assert.Distinct(grouped);
            Assert.Empty(command.Options.Select(option => option.Name).Except(grouped));
        }
        Assert.Contains(OptionGroups.For("sandglass plan time"), group => group.Title == "What is timed" && group.Names.Contains("--batch"));
        Assert.Contains(OptionGroups.For("sandglass plan serve"), group => group.Title == "What is planned for" && group.Names.Contains("--seed"));
    }

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();
}
