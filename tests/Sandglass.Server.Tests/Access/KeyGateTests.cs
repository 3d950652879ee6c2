using System.Net;
using System.Text.Json;

namespace Sandglass.Server.Tests;

/// <summary>Keys over HTTP.</summary>
[Collection(ServerCollection.Name)]
public sealed class KeyGateTests(ServerFixture fixture) : IAsyncLifetime
{
    private const string Alice = "key-of-alice-long-enough", Bob = "key-of-bob-long-enough";

    private readonly string _file = Path.GetTempFileName();
    private SandglassServer _server = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        File.WriteAllText(_file, $$"""
            {"keys":[{"name":"alice","sha256":"{{Hash(Alice)}}","requests_per_minute":2,"tokens_per_minute":1000},{"name":"bob","sha256":"{{Hash(Bob)}}"}]}
            """);
        _server = await SandglassServer.StartAsync(new ServerOptions { Models = [fixture.Small], Address = "http://127.0.0.1:0", KeyFile = _file });
        _client = new HttpClient { BaseAddress = new Uri(_server.Address) };
    }

    [Theory]
    [InlineData("/health", HttpStatusCode.OK)]
    [InlineData("/ready", HttpStatusCode.OK)]
    [InlineData("/v1/models", HttpStatusCode.Unauthorized)]
    [InlineData("/metrics", HttpStatusCode.Unauthorized)]
    [InlineData("/nothing", HttpStatusCode.Unauthorized)]
    [InlineData("/openapi.json", HttpStatusCode.Unauthorized)]
    [InlineData("/health/", HttpStatusCode.Unauthorized)]
    public async Task Everything_but_health_and_readiness_needs_a_key(string path, HttpStatusCode status) =>
        Assert.Equal(status, (await _client.GetAsync(path)).StatusCode);

    [Theory]
    [InlineData("Authorization", "Bearer " + Bob, true)]
    [InlineData("Authorization", "bearer   " + Bob + " ", true)]
    [InlineData("api-key", Bob, true)]
    [InlineData("x-api-key", Bob, true)]
    [InlineData("Authorization", "Basic " + Bob, false)]
    [InlineData("Authorization", Bob, false)]
    [InlineData("Authorization", "Bearer " + Bob + "x", false)]
    [InlineData("Authorization", "Bearer ", false)]
    public async Task A_key_is_shown_as_clients_show_it(string header, string value, bool opens)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, "/v1/models", header, value);

        Assert.Equal(opens ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(!opens, response.Headers.WwwAuthenticate.Count > 0);
    }

    [Fact]
    public async Task A_refusal_has_the_shape_of_all_errors_and_says_whether_a_key_was_there()
    {
        using HttpResponseMessage none = await _client.GetAsync("/v1/models");
        using HttpResponseMessage wrong = await SendAsync(HttpMethod.Get, "/v1/models", "Authorization", "Bearer x");

        Assert.Equal(("authentication_error", "api-key-missing"), await ErrorAsync(none));
        Assert.Equal(("authentication_error", "api-key-wrong"), await ErrorAsync(wrong));
    }

    [Fact]
    public async Task A_limit_is_told_before_and_after_it_is_met()
    {
        using HttpResponseMessage first = await SendAsync(HttpMethod.Post, "/nothing", "Authorization", $"Bearer {Alice}");
        using HttpResponseMessage second = await SendAsync(HttpMethod.Post, "/nothing", "Authorization", $"Bearer {Alice}");
        using HttpResponseMessage third = await SendAsync(HttpMethod.Post, "/nothing", "Authorization", $"Bearer {Alice}");
        using HttpResponseMessage bobs = await SendAsync(HttpMethod.Post, "/nothing", "Authorization", $"Bearer {Bob}");

        Assert.Equal("2", Header(first, "x-ratelimit-limit-requests"));
        Assert.Equal("1", Header(first, "x-ratelimit-remaining-requests"));
        Assert.Equal("1000", Header(first, "x-ratelimit-remaining-tokens"));
        Assert.Equal(HttpStatusCode.NotFound, second.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.Equal(("rate_limit_error", "key-requests"), await ErrorAsync(third));
        Assert.InRange(third.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
        Assert.Equal("0", Header(third, "x-ratelimit-remaining-requests"));
        Assert.Equal(HttpStatusCode.NotFound, bobs.StatusCode);
        Assert.False(bobs.Headers.Contains("x-ratelimit-limit-requests"));
        using HttpResponseMessage look = await SendAsync(HttpMethod.Get, "/v1/models", "Authorization", $"Bearer {Alice}");
        Assert.Equal(HttpStatusCode.OK, look.StatusCode);       // to look costs nothing
    }

    [Fact]
    public async Task No_other_site_is_let_in()
    {
        using HttpRequestMessage request = new(HttpMethod.Options, "/v1/models");
        request.Headers.Add("Origin", "https://elsewhere.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Authorization", $"Bearer {Bob}");
        using HttpResponseMessage response = await _client.SendAsync(request);

        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        File.Delete(_file);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string header, string value)
    {
        using HttpRequestMessage request = new(method, path);
        Assert.True(request.Headers.TryAddWithoutValidation(header, value));
        return await _client.SendAsync(request);
    }

    private static async Task<(string? Type, string? Code)> ErrorAsync(HttpResponseMessage response)
    {
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        JsonElement error = body.RootElement.GetProperty("error");
        return (error.GetProperty("type").GetString(), error.GetProperty("code").GetString());
    }

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));

    private static string Hash(string key) => Convert.ToHexString(ApiKey.HashOf(System.Text.Encoding.UTF8.GetBytes(key)));
}
