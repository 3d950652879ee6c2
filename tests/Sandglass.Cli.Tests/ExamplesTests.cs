using System.Text.RegularExpressions;

namespace Sandglass.Cli.Tests;

public partial class ExamplesTests
{
    [Theory]
    [InlineData("run")]
    [InlineData("score")]
    [InlineData("inspect")]
    [InlineData("tokenize")]
    [InlineData("perplexity")]
    [InlineData("quantize")]
    [InlineData("bench")]
    public void Help_shows_lines_that_are_understood(string command)
    {
        string help = Tool.Run(command, "--help").Done().Text;

        Assert.Equal(help, Tool.Run("help", command).Done().Text);
        foreach (string example in Examples.For(command))
        {
            Assert.Contains(example, help, StringComparison.Ordinal);
            string[] words = [.. Word().Matches(example[(example.IndexOf("sandglass ", StringComparison.Ordinal) + 10)..]).Select(match => match.Value.Trim('"'))];
            Assert.Empty(SandglassCommand.Create(new Terminal()).Parse(words, SandglassCommand.Parsing).Errors);
        }
    }

    [Fact]
    public void The_tool_alone_shows_what_it_can_do()
    {
        string help = Tool.Run().Done().Text;

        Assert.Contains("sandglass run \"Once upon a time\"", help, StringComparison.Ordinal);
        Assert.Contains("perplexity", help, StringComparison.Ordinal);
    }

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();
}
