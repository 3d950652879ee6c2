using System.Text.Json;

namespace Sandglass.Cli.Tests;

public class PlanTimeCommandTests
{
    [Fact]
    public void Json_has_prompts_tokens_the_first_token_and_batches()
    {
        JsonElement[] rows = Tool.Run(
            "plan", "time", "--model", "llama-3-8b", "--machine", "h100", "--context", "1K,8K", "--batch", "1,512", "--json").Done().Json;

        Assert.Equal(["prefill", "prefill", "decode", "decode", "ttft", "batch", "batch"], rows.Select(row => row.GetProperty("what").GetString()));
        string[] fields = ["model", "hardware", "what", "tokens", "depth", "batch", "threads", "seconds", "tokensPerSecond", "bound"];
        Assert.All(rows, row => Assert.Equal(fields, row.EnumerateObject().Select(field => field.Name).Take(10)));
        Assert.Equal("h100", rows[0].GetProperty("hardware").GetString());
        Assert.Equal("compute", rows[0].GetProperty("bound").GetString());
        Assert.Equal("memory", rows[2].GetProperty("bound").GetString());
        Assert.Equal(4.52e-3, rows[2].GetProperty("seconds").GetDouble(), tolerance: 0.01e-3);
        Assert.Equal(296, rows[4].GetProperty("computeBatch").GetInt32());
    }

    [Fact]
    public void Wrong_machines_are_refused()
    {
        ToolRun named = Tool.Run("plan", "time", "--machine", "abacus"), file = Tool.Run("plan", "time", "--machine", "nothing.json");

        Assert.Equal((2, 2), (named.Code, file.Code));
        Assert.Contains("[plan-option]", named.Error, StringComparison.Ordinal);
        Assert.Contains("--machine", file.Error, StringComparison.Ordinal);
        Assert.Contains("[machine-file]", file.Error, StringComparison.Ordinal);
    }
}
