using System.Text.Json;

namespace Sandglass.Cli.Tests;

public class LabCommandTests
{
    [Fact]
    public void Cache_gives_an_object_a_row_and_the_tokens_are_equal()
    {
        JsonElement[] rows = Tool.Run("lab", "cache", "Once upon a time", "--model", Tool.Small, "--max-tokens", "16", "--json").Done().Json;

        Assert.Equal(18, rows.Length);
        Assert.All(rows[..16], row =>
            Assert.Equal(["what", "cache", "tokens", "length", "layerTokenPasses", "multiplyAdds", "cacheBytes", "msPerToken"], row.EnumerateObject()
            .Select(property => property.Name)));
        Assert.All(rows[16..], row => Assert.True(row.GetProperty("tokensEqual").GetBoolean()));
        Assert.Equal([true, false], rows[16..].Select(row => row.GetProperty("cache").GetBoolean()));
    }

    [Theory, InlineData("cache"), InlineData("fork")]
    public void Without_a_text_it_is_the_usual_beginning_and_the_first_line_is_not_empty(string name)
    {
        string[] command = ["lab", name, "--model", Tool.Small, "--max-tokens", "16"];
        ToolRun run = Tool.Run(command).Done(), said = Tool.Run([.. command, "Once upon a time"]).Done(),
            piped = Tool.RunWithInput("Once upon a time"u8.ToArray(), command).Done();

        Assert.NotEqual("", run.Text.Split('\n')[0]);
        if (name == "fork") Assert.Equal((said.Text, said.Text), (run.Text, piped.Text));
        else Assert.Equal(Counted(said), Counted(run));

        static IEnumerable<string> Counted(ToolRun run) =>
            run.Text.Split('\n').Where(line => line.StartsWith(" with", StringComparison.Ordinal)).Select(line => line[..line.LastIndexOf(' ')].TrimEnd());
    }

    [Theory]
    [InlineData("0.00 same", -0.001)]
    [InlineData("1.01 linear", 1.01)]
    [InlineData("1.95 quadratic", 1.949)]
    [InlineData("0.70", 0.7)]      // linear up to a window's end, then the same
    public void A_power_has_a_name_where_it_is_near_one(string shown, double power) => Assert.Equal(shown, LabCacheCommand.Named(power));

    [Fact]
    public void Cache_shows_a_table_and_refuses_too_few_tokens()
    {
        ToolRun run = Tool.Run("lab", "cache", "--ids", "0,1,2", "--model", Tool.Small, "--max-tokens", "16").Done();

        Assert.Contains("quadratic", run.Text, StringComparison.Ordinal);
        Assert.Contains("The tokens are the same.", run.Text, StringComparison.Ordinal);
        Assert.Equal(2, Tool.Run("lab", "cache", "a", "--max-tokens", "15").Code);
        ToolRun tooLong = Tool.Run("lab", "cache", "a", "--model", Tool.Small, "--max-tokens", "5000");
        Assert.Equal((2, true), (tooLong.Code, tooLong.Error.StartsWith("--max-tokens: ", StringComparison.Ordinal)));
    }
}
