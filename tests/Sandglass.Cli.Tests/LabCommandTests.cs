using System.Text.Json;

namespace Sandglass.Cli.Tests;

public class LabCommandTests
{
    [Fact]
    public void Cache_gives_an_object_a_row_and_the_tokens_are_equal()
    {
        JsonElement[] rows = Tool.Run("lab", "cache", "Once upon a time", "--model", Tool.Small, "--max-tokens", "16", "--json").Done().Json;

        Assert.Equal(18, rows.Length);
        Assert.All(rows[..16], row => Assert.Equal(["what", "cache", "tokens", "length", "layerTokenPasses", "multiplyAdds", "cacheBytes", "msPerToken"], row.EnumerateObject().Select(property => property.Name)));
        Assert.All(rows[16..], row => Assert.True(row.GetProperty("tokensEqual").GetBoolean()));
        Assert.Equal([true, false], rows[16..].Select(row => row.GetProperty("cache").GetBoolean()));
    }

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
