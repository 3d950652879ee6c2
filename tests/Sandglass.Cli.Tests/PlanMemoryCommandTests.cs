using System.Text.Json;
using Sandglass.Planning;

namespace Sandglass.Cli.Tests;

public class PlanMemoryCommandTests
{
    private static readonly string[] Fields =
        ["model", "context", "cacheType", "weightsBytes", "cacheBytesPerToken", "cacheBytes", "activationBytes", "totalBytes", "source"];

    [Fact]
    public void Json_is_a_row_for_each_context_and_type()
    {
        JsonElement[] rows = Tool.Run("plan", "memory", "--model", "llama-3-8b", "--type", "q4_0", "--context", "8K,131072", "--cache-type", "f16,q8", "--json")
            .Done().Json;

        Assert.All(rows, row => Assert.Equal(Fields, row.EnumerateObject().Select(field => field.Name).Take(Fields.Length)));
        Assert.Equal([(8192, "f16"), (8192, "q8"), (131072, "f16"), (131072, "q8")],
            rows.Select(row => (row.GetProperty("context").GetInt32(), row.GetProperty("cacheType").GetString()!)));
        Assert.Equal(131072, rows[0].GetProperty("cacheBytesPerToken").GetInt64());
        Assert.Equal(1L << 30, rows[0].GetProperty("cacheBytes").GetInt64());
        Assert.All(rows, row => Assert.Equal("formula", row.GetProperty("source").GetString()));
        Assert.All(rows, row => Assert.Equal(row.GetProperty("totalBytes").GetInt64(), ((string[])["weightsBytes", "cacheBytes", "activationBytes"])
            .Sum(part => row.GetProperty(part).GetInt64())));
    }

    /// <summary>The tool's plan and the tool's run, side by side.</summary>
    [Theory, InlineData("f16"), InlineData("q4")]
    public void A_plan_of_a_file_is_what_a_run_of_it_takes(string type)
    {
        string[] text = ["--ids", "100,101,102", "-n", "60", "--ignore-eos"];
        JsonElement run = Tool.Run(["run", .. text, "--model", Tool.Small, "--cache-type", type, "--json"]).Done().Last;
        int positions = run.GetProperty("promptTokens").GetInt32() + run.GetProperty("completionTokens").GetInt32() - 1;

        JsonElement plan = Tool.Run("plan", "--model", Tool.Small, "--context", $"{positions}", "--cache-type", type, "--json").Done().Last;
        Assert.Equal("counted", plan.GetProperty("source").GetString());
        Assert.Equal(run.GetProperty("cacheBytes").GetInt64(), plan.GetProperty("cacheBytes").GetInt64());
    }

    [Fact]
    public void People_see_a_table_and_where_the_sizes_are_from()
    {
        ToolRun run = Tool.Run("plan", "--model", "gpt-4-scale", "--users", "10", "--draft", "llama-3.2-1b");

        Assert.Equal(0, run.Code);
        Assert.Contains("Cache of 10", run.Text, StringComparison.Ordinal);
        Assert.Contains("Draft", run.Text, StringComparison.Ordinal);
        Assert.Contains("Assumption", run.Text, StringComparison.Ordinal);
        Assert.Contains("By formula", run.Error, StringComparison.Ordinal);
        Assert.Contains("weights in bf16", run.Error, StringComparison.Ordinal);
    }

    /// <summary>What a file says reaches the terminal as text, and a program as a field.</summary>
    [Fact]
    public void A_family_that_is_not_known_is_told_without_its_control_characters()
    {
        string folder = Directory.CreateTempSubdirectory("mine").FullName;
        string file = Path.Combine(folder, "config.json");
        File.WriteAllText(file, """
            {"model_type":"new\u001b[31mest","hidden_size":64,"intermediate_size":96,"num_hidden_layers":3,"num_attention_heads":4,"vocab_size":512,
             "max_position_embeddings":256}
            """);
        try
        {
            ToolRun run = Tool.Run("plan", "--model", file);
            Assert.Contains("Hint: model_type new\u241b[31mest", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain('\e', run.Error);
            Assert.Contains("new\e[31mest", Tool.Run("plan", "--model", file, "--json").Done().Last.GetProperty("doubt").GetString(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        Assert.True(Tool.Run("plan", "--model", "gpt-4-scale", "--json").Done().Last.TryGetProperty("assumption", out _));
        Assert.False(Tool.Run("plan", "--model", "llama-3-8b", "--json").Done().Last.TryGetProperty("assumption", out _));
    }

    [Fact]
    public void What_is_no_file_is_not_read()
    {
        string folder = Directory.CreateTempSubdirectory("mine").FullName;
        string named = Path.Combine(folder, "d.json"), pipe = Path.Combine(folder, "p.json"), device = Path.Combine(folder, "z.json");
        Directory.CreateDirectory(named);
        try
        {
            AssertRefused("file-is-directory", named);
            if (!OperatingSystem.IsLinux()) return;
            System.Diagnostics.Process.Start("mkfifo", pipe).WaitForExit();
            AssertRefused("file-unreadable", pipe);
            File.CreateSymbolicLink(device, "/dev/zero");
            AssertRefused("file-unreadable", device);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AssertRefused(string code, string model)
    {
        ToolRun run = Tool.Run("plan", "--model", model, "--json");
        Assert.Equal(2, run.Code);
        Assert.Equal(code, JsonDocument.Parse(run.Error.Trim().Split('\n')[^1]).RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public void A_config_of_hugging_face_is_enough()
    {
        string folder = Directory.CreateTempSubdirectory("mine").FullName;
        string file = Path.Combine(folder, "config.json");
        File.WriteAllText(file, """
            {"model_type":"llama","hidden_size":64,"intermediate_size":96,"num_hidden_layers":3,"num_attention_heads":4,"num_key_value_heads":2,
             "vocab_size":512,"max_position_embeddings":256}
            """);
        try
        {
            JsonElement plan = Tool.Run("plan", "--model", file, "--json").Done().Last;
            Assert.Equal(3 * 2 * 2 * 16 * 2, plan.GetProperty("cacheBytesPerToken").GetInt64());
            Assert.Equal(256, plan.GetProperty("context").GetInt32());
            Assert.Equal(plan.GetProperty("model").GetString(), Tool.Run("plan", "--model", folder, "--json").Done().Last.GetProperty("model").GetString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("plan-model-unknown", "llama-3-8b", "plan", "--model", "lama-3-8b")]
    [InlineData("plan-model-unknown", "--draft", "plan", "--draft", "nothing-at-all-like-it")]
    [InlineData("file-missing", "config.json", "plan", "--model", "there-is-none.json")]
    [InlineData("plan-option", "--type", "plan", "--type", "q9")]
    [InlineData("plan-option", "--shared-prefix", "plan", "--context", "64", "--shared-prefix", "65")]
    [InlineData("command-line", "--context", "plan", "--context", "1,x")]
    [InlineData("command-line", "--context", "plan", "--context", "0")]
    [InlineData("command-line", "--users", "plan", "--users", "0")]
    [InlineData("command-line", "--shared-prefix", "plan", "--shared-prefix", "1,2")]
    [InlineData("command-line", "memory", "plan", "memroy")]
    public void What_is_wrong_is_named(string code, string named, params string[] command)
    {
        ToolRun run = Tool.Run([.. command, "--json"]);

        Assert.Equal(2, run.Code);
        JsonElement error = JsonDocument.Parse(run.Error.Trim().Split('\n')[^1]).RootElement.GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Contains(named, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_catalogue_is_listed_with_its_sources()
    {
        JsonElement[] models = Tool.Run("plan", "models", "--json").Done().Json;

        Assert.Equal(ModelCatalogue.All.Select(entry => entry.Name), models.Select(model => model.GetProperty("name").GetString()));
        Assert.All(models, model => Assert.StartsWith("https://", model.GetProperty("source").GetString(), StringComparison.Ordinal));
        string table = Tool.Run("plan", "models").Done().Text;
        Assert.All(models, model => Assert.Contains(model.GetProperty("name").GetString()!, table, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("plan", "memory")]
    [InlineData("plan", "scale")]
    [InlineData("plan", "train")]
    [InlineData("plan", "models")]
    [InlineData("lab", "scale")]        // two commands of this name
    public void Help_shows_lines_that_are_understood(string group, string command)
    {
        string help = Tool.Run(group, command, "--help").Done().Text;

        Assert.Contains($"Usage: sandglass {group} {command} [options]", help, StringComparison.Ordinal);
        foreach (string example in Examples.For(command, group))
        {
            Assert.StartsWith($"sandglass {group}", example, StringComparison.Ordinal);
            Assert.Contains(example, help, StringComparison.Ordinal);
            string[] words = example.Split(' ')[1..];
            Assert.Empty(SandglassCommand.Create(new Terminal()).Parse(words, SandglassCommand.Parsing).Errors);
        }
    }
}
