using System.Text.Json;

namespace Sandglass.Cli.Tests;

public class PlanScaleCommandTests
{
    [Fact]
    public void Json_is_a_row_for_each_length_from_8K_to_1M()
    {
        JsonElement[] rows = Tool.Run("plan", "scale", "--model", "llama-3-8b", "--json").Done().Json;

        Assert.Equal([8192, 16384, 32768, 65536, 131072, 262144, 524288, 1048576], rows.Select(row => row.GetProperty("context").GetInt32()));
        string[] fields = ["context", "relative", "quadratic", "linear", "total"];
        Assert.All(rows, row => Assert.Equal(fields, row.EnumerateObject().Select(field => field.Name).Take(5)));
        Assert.All(rows, row => Assert.Equal(row.GetProperty("total").GetDouble(),
            row.GetProperty("quadratic").GetDouble() + row.GetProperty("linear").GetDouble()));
        Assert.All(rows, row => Assert.Equal(row.GetProperty("relative").GetDouble(),
            row.GetProperty("total").GetDouble() / rows[0].GetProperty("total").GetDouble(), tolerance: 1e-9));
    }

    [Fact]
    public void People_see_what_each_column_is()
    {
        ToolRun run = Tool.Run("plan", "scale", "--model", "mistral-7b-v0.1", "--context", "8K,1M");

        Assert.Equal(0, run.Code);
        Assert.Contains("1,048,576", run.Text, StringComparison.Ordinal);
        Assert.Contains("square of the length", run.Error, StringComparison.Ordinal);
        Assert.Contains("of writing a token, never", run.Error, StringComparison.Ordinal);
    }
}
