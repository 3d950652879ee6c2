using System.Text.Json;

namespace Sandglass.Cli.Tests;

public class PlanTrainCommandTests
{
    [Fact]
    public void Json_is_one_object()
    {
        JsonElement plan = Tool.Run("plan", "train", "--model", "gpt-3", "--tokens", "300B", "--hardware", "v100", "--gpus", "10000", "--price", "2", "--json")
            .Done().Json.Single();

        Assert.Equal(["parameters", "tokens", "operations", "days", "cost"], plan.EnumerateObject().Select(field => field.Name).Take(5));
        Assert.Equal(300e9, plan.GetProperty("tokens").GetDouble());
        Assert.InRange(plan.GetProperty("operations").GetDouble(), 3.0e23, 3.3e23);
        Assert.Equal(plan.GetProperty("gpuHours").GetDouble() * 2, plan.GetProperty("cost").GetDouble());
        Assert.Equal(plan.GetProperty("gpuHours").GetDouble() / 10000 / 24, plan.GetProperty("days").GetDouble(), tolerance: 1e-9);
        Assert.Equal(4, plan.GetProperty("memory").GetProperty("bytesPerGpu").GetArrayLength());
    }

    [Fact]
    public void People_see_time_money_memory_and_what_is_assumed()
    {
        ToolRun run = Tool.Run("plan", "train", "--parameters", "70B", "--tokens", "1.4T");

        Assert.Equal(0, run.Code);
        Assert.Contains("5.88e23 (6ND)", run.Text, StringComparison.Ordinal);
        Assert.Contains("Break-even", run.Text, StringComparison.Ordinal);
        Assert.Contains("fits 80.0 GB", run.Text, StringComparison.Ordinal);
        Assert.Contains("assumption", run.Error, StringComparison.Ordinal);
        Assert.Contains("--price", Tool.Run("plan", "train", "--hardware", "a100").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--parameters", "plan", "train", "--parameters", "7B", "--model", "llama-2-7b")]
    [InlineData("--parameters", "plan", "train", "--parameters", "many")]
    [InlineData("--mfu", "plan", "train", "--mfu", "1.2")]
    [InlineData("--hardware", "plan", "train", "--hardware", "h101")]
    public void What_is_wrong_is_named(string option, params string[] command)
    {
        ToolRun run = Tool.Run(command);

        Assert.Equal(2, run.Code);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }
}
