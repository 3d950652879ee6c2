using System.Text.Json;
using Sandglass.Tests;

namespace Sandglass.Server.Tests;

/// <summary>The table of parameters is what the documents and the schemas say, and has OpenAI's parameters all.</summary>
public class ParameterTableTests
{
    private const string From = "<!-- parameters -->", To = "<!-- end of parameters -->";

    // of the reference of OpenAI's API, November 2026
    private const string Chat =
        "messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens metadata modalities moderation n "
        + "parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention reasoning_effort response_format "
        + "safety_identifier seed service_tier stop store stream stream_options temperature tool_choice tools "
        + "top_logprobs top_p user verbosity web_search_options";

    private const string Completions =
        "model prompt best_of echo frequency_penalty logit_bias logprobs max_tokens n presence_penalty seed stop stream stream_options suffix temperature "
        + "top_p user";

    private const string Embeddings = "input model dimensions encoding_format user";

    [Theory]
    [InlineData("/v1/chat/completions", Chat)]
    [InlineData("/v1/completions", Completions)]
    [InlineData("/v1/embeddings", Embeddings)]
    public void Every_parameter_of_OpenAI_has_a_row(string path, string names)
    {
        ApiRoutes route = ApiRouteNames.All.Single(one => one.Path == path).Route;

        Assert.All(names.Split(' '), name => Assert.NotNull(ParameterTable.Find(name, route)));
    }

    [Fact]
    public void No_name_stands_for_two_parameters_of_one_route()
    {
        foreach ((ApiRoutes route, _) in ApiRouteNames.All)
        {
            string[] names = [.. ParameterTable.All.Where(row => row.On.HasFlag(route)).SelectMany(row => row.Aliases.Prepend(row.Name))];
            Assert.Equal(names.Distinct(), names);
        }
    }

    [Fact]
    public void Every_schema_is_JSON() => Assert.All(
        ParameterTable.All, row => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(row.Type.Schema).RootElement.ValueKind));

    [Fact]
    public void The_page_has_the_table()
    {
        string file = Path.Combine(Checkout.Folder, "docs", "api.md"), page = File.ReadAllText(file);
        int from = page.IndexOf(From, StringComparison.Ordinal) + From.Length, to = page.IndexOf(To, StringComparison.Ordinal);
        string wanted = $"\n{Table()}\n";
        if (Environment.GetEnvironmentVariable("SANDGLASS_WRITE_API") == "1") File.WriteAllText(file, page[..from] + wanted + page[to..]);
        else Assert.True(page[from..to] == wanted, "docs/api.md is not the table: run this test with SANDGLASS_WRITE_API=1");
    }

    private static string Table()
    {
        IEnumerable<string> rows = ParameterTable.All.Select(row =>
        {
            string names = string.Join(", ", row.Aliases.Prepend(row.Name).Select(name => $"`{name}`"));
            string routes = string.Join(", ", ApiRouteNames.PathsOf(row.On).Select(path => path.Replace("/v1/", "").TrimStart('/')));
            return $"| {names} | {routes} | {row.Type.Expected.Replace("|", "\\|")} | {row.Meaning} |";
        });
        return $"| parameter | routes | value | what it does |\n|---|---|---|---|\n{string.Join('\n', rows)}";
    }
}
