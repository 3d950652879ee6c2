using System.Text.Json;

namespace Sandglass.Cli.Tests;

public class LabForkCommandTests
{
    private static readonly string[] Command = ["lab", "fork", "The king", "--model", Tool.Small, "--branches", "3", "--max-tokens", "6", "--at", "2"];

    [Fact]
    public void Json_is_a_branch_a_line()
    {
        JsonElement[] branches = Tool.Run([.. Command, "--json"]).Done().Json;

        Assert.Equal(3, branches.Length);
        Assert.All(branches, branch => Assert.Equal(
            ["branch", "at", "id", "logprob", "ids", "text", "score", "sharedTokens", "meetsAt", "finish", "kernels", "compute"], branch.EnumerateObject()
                .Select(field => field.Name)));
        Assert.Equal([0, 1, 2], branches.Select(branch => branch.GetProperty("branch").GetInt32()));
        Assert.All(branches, branch => Assert.Equal(branch.GetProperty("id").GetInt32(), branch.GetProperty("ids")[0].GetInt32()));
        Assert.Equal(branches.OrderByDescending(branch => branch.GetProperty("logprob").GetDouble()), branches);
    }

    [Theory, InlineData("lab"), InlineData("lab", "fork")]
    public void Help_names_the_whole_way(params string[] command)
    {
        string help = Tool.Run([.. command, "--help"]).Done().Text;

        Assert.Contains($"Usage: sandglass {string.Join(' ', command)} ", help, StringComparison.Ordinal);
        Assert.Contains("sandglass lab fork \"The king\"", help, StringComparison.Ordinal);
    }

    [Fact]
    public void People_see_a_table()
    {
        ToolRun run = Tool.Run(Command).Done();

        Assert.Contains("Probability", run.Text, StringComparison.Ordinal);
        Assert.Contains("Before the fork: ", run.Text, StringComparison.Ordinal);
        Assert.Contains(" of 5", run.Text, StringComparison.Ordinal);
    }
}
