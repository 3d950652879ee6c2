using System.Text.Json.Nodes;

namespace Sandglass.Server.Tests;

/// <summary>The description of the API is whole: every route, every parameter, and every reference leads somewhere.</summary>
[Collection(ServerCollection.Name)]
public class OpenApiTests(ServerFixture fixture)
{
    [Fact]
    public async Task Every_route_that_takes_a_body_is_described_with_all_its_parameters()
    {
        JsonNode document = JsonNode.Parse(await fixture.Client.GetStringAsync("openapi.json"))!;

        Assert.Equal("3.1.0", (string)document["openapi"]!);
        foreach ((ApiRoutes route, string path) in ApiRouteNames.All)
        {
            JsonObject properties = document["components"]!["schemas"]![$"{route}Request"]!["properties"]!.AsObject();
            Assert.NotNull(document["paths"]![path]!["post"]);
            foreach (Parameter row in ParameterTable.All.Where(row => row.On.HasFlag(route)))
                Assert.All(row.Aliases.Prepend(row.Name), name => Assert.NotNull(properties[name]!["description"]));
        }
    }

    [Fact]
    public async Task Every_reference_leads_to_a_schema()
    {
        JsonNode document = JsonNode.Parse(await fixture.Client.GetStringAsync("openapi.json"))!;
        List<string> references = [];
        Collect(document, references);

        Assert.True(references.Count > 50);
        Assert.All(references, reference => Assert.NotNull(document["components"]!["schemas"]![reference["#/components/schemas/".Length..]]));
    }

    [Fact]
    public async Task The_page_to_browse_it_takes_nothing_from_elsewhere()
    {
        using HttpResponseMessage response = await fixture.Client.GetAsync("docs/");
        string page = await response.Content.ReadAsStringAsync();
        MatchSources(page, out List<string> sources);

        Assert.True(response.IsSuccessStatusCode, page);
        Assert.NotEmpty(sources);
        Assert.DoesNotContain(sources, source => source.Contains("//", StringComparison.Ordinal));
        foreach (string source in sources)
        {
            using HttpResponseMessage script = await fixture.Client.GetAsync(new Uri(response.RequestMessage!.RequestUri!, source));
            Assert.True(script.IsSuccessStatusCode, $"{source} {script.StatusCode}");
        }
    }

    [Fact]
    public async Task Without_the_slash_the_way_to_the_page_is_told()
    {
        using HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = fixture.Client.BaseAddress };
        using HttpResponseMessage response = await client.GetAsync("docs");
        using HttpResponseMessage icon = await client.GetAsync("docs/favicon.svg");

        Assert.Equal(System.Net.HttpStatusCode.Found, response.StatusCode);
        Assert.Equal("docs/", response.Headers.Location!.ToString());
        Assert.Contains("<a href=\"docs/\">", await response.Content.ReadAsStringAsync());
        Assert.Equal("image/svg+xml", icon.Content.Headers.ContentType!.MediaType);
    }

    private static void MatchSources(string page, out List<string> sources) =>
        sources = [.. System.Text.RegularExpressions.Regex.Matches(page, "(?:src|href)=\"([^\"#]+)\"").Select(match => match.Groups[1].Value)];

    private static void Collect(JsonNode? node, List<string> references)
    {
        if (node is JsonArray list) foreach (JsonNode? one in list) Collect(one, references);
        if (node is not JsonObject fields) return;
        foreach ((string name, JsonNode? value) in fields)
        {
            if (name == "$ref") references.Add((string)value!);
            else Collect(value, references);
        }
    }
}
