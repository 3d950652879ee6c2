using System.CommandLine;
using System.Text.Json;

namespace Sandglass.Cli.Tests;

public class PlanServeCommandTests
{
    [Fact]
    public void Json_is_a_row_for_the_replica_each_batch_load_home_and_number_of_users()
    {
        JsonElement[] rows = Tool.Run("plan", "serve", "--model", "llama-3-8b", "--capital", "30000", "--users", "1K,1M", "--loads", "0.5,0.9",
            "--simulate", "100", "--answer-tokens", "20", "--json").Done().Json;

        Assert.Equal(["replica", "batch", "load", "home", "scale"], rows.Select(row => row.GetProperty("what").GetString()!).Distinct());
        JsonElement[] Of(string what) => [.. rows.Where(row => row.GetProperty("what").GetString() == what)];
        Assert.Equal([1e3, 1e6], Of("scale").Select(row => row.GetProperty("users").GetDouble()));
        Assert.Equal([0.5, 0.9], Of("load").Select(row => row.GetProperty("load").GetDouble()));
        Assert.All(Of("load"), row => Assert.True(row.GetProperty("simulated").GetProperty("tpotMs").GetDouble() > 0));
        Assert.Equal(Of("replica").Single().GetProperty("texts").GetInt32(),
            Of("batch").Single(row => row.GetProperty("chosen").GetBoolean()).GetProperty("texts").GetInt32());
        Assert.Equal(0.9256, Of("replica").Single().GetProperty("pricePerHour").GetDouble(), tolerance: 1e-4);
    }

    [Fact]
    public void People_see_texts_waiting_machines_money_and_what_is_assumed()
    {
        ToolRun run = Tool.Run("plan", "serve", "--model", "llama-3-8b", "--hardware", "a100", "--price", "1.5", "--users", "100M", "--simulate", "0",
            "--peak", "1");

        Assert.Equal(0, run.Code);
        foreach (string part in (string[])["yes, chosen", "Erlang C", "100 M", "read again", "$1.50 an hour"])
            Assert.Contains(part, run.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Simulated", run.Text, StringComparison.Ordinal);
        Assert.Contains("Assumed: 60 %", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_can_be_stopped()
    {
        using CancellationTokenSource source = new();
        await source.CancelAsync();
        ParseResult parsed = SandglassCommand.Create(new Terminal()).Parse(["plan", "serve", "--model", "llama-3-8b", "--json"]);

        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, source.Token));
    }

    [Theory]
    [InlineData("--requests-per-hour", "plan", "serve", "--requests-per-hour", "1001")]
    [InlineData("--gpus", "plan", "serve", "--model", "llama-3-70b", "--gpus", "1")]
    [InlineData("--capital", "plan", "serve", "--capital", "30000", "--price", "2")]
    [InlineData("--users", "plan", "serve", "--users", "1K,few")]
    [InlineData("nowhere.json", "plan", "serve", "--hardware", "nowhere.json")]
    public void What_is_wrong_is_named(string option, params string[] command)
    {
        ToolRun run = Tool.Run(command);

        Assert.Equal(2, run.Code);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }
}
