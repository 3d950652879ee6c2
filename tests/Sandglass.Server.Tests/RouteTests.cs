using System.Net;
using System.Text;
using System.Text.Json;

namespace Sandglass.Server.Tests;

/// <summary>What is served, and what is not: both in OpenAI's shapes.</summary>
[Collection(ServerCollection.Name)]
public class RouteTests(ServerFixture fixture)
{
    [Fact]
    public async Task Models_are_listed_with_their_context_and_how_they_draw()
    {
        using JsonDocument list = JsonDocument.Parse(await fixture.Client.GetStringAsync("v1/models"));
        JsonElement first = list.RootElement.GetProperty("data")[0];

        Assert.Equal("list", list.RootElement.GetProperty("object").GetString());
        Assert.Equal(["grain-6m", "grain-1m"], list.RootElement.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()));
        Assert.Equal(fixture.Grain.Model.Context, first.GetProperty("max_model_len").GetInt32());
        Assert.Equal(16, first.GetProperty("hash").GetString()!.Length);
        Assert.Equal(1, first.GetProperty("sampling_defaults").GetProperty("temperature").GetDouble());
    }

    [Fact]
    public async Task One_model_is_shown_alone()
    {
        using JsonDocument model = JsonDocument.Parse(await fixture.Client.GetStringAsync("v1/models/grain-1m"));

        Assert.Equal("grain-1m", model.RootElement.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("GET", "/v1/models/grain-7m", 404, "model_not_found")]
    [InlineData("GET", "/v1/nothing", 404, "route-unknown")]
    [InlineData("DELETE", "/v1/models", 405, "method-not-allowed")]
    [InlineData("POST", "/health", 405, "method-not-allowed")]
    public async Task What_is_not_there_is_refused_in_the_shape_of_all_errors(string method, string path, int status, string code)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        using HttpResponseMessage response = await fixture.Client.SendAsync(request);
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        JsonElement error = body.RootElement.GetProperty("error");

        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.NotEqual("", error.GetProperty("message").GetString());
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(field => field.Name));
    }

    [Theory]
    [InlineData("POST", "/chat/completions", "There is no POST /chat/completions. Did you mean /v1/chat/completions?")]
    [InlineData("POST", "/v1/v1/completions", "There is no POST /v1/v1/completions. Did you mean /v1/completions?")]
    [InlineData("GET", "/models", "There is no GET /models. Did you mean /v1/models?")]
    [InlineData("POST", "/v1/tokenize", "There is no POST /v1/tokenize. Did you mean /tokenize?")]
    [InlineData("POST", "/v1/responses", "There is no POST /v1/responses. Conversations are answered by POST /v1/chat/completions.")]
    [InlineData("GET", "/v1", "There is no GET /v1. GET /openapi.json lists what is there.")]
    public async Task A_route_that_is_nearly_one_is_told(string method, string path, string message)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        using HttpResponseMessage response = await fixture.Client.SendAsync(request);
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal(message, body.RootElement.GetProperty("error").GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("{\"prompt\":\"a\",\"model\":\"grain-1m\",\"max_tokens\":1}")]
    [InlineData("{\"prompt\":7}")]
    public async Task Every_answer_has_an_id_to_ask_for(string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await fixture.Client.PostAsync("v1/completions", content);

        Assert.StartsWith("req", response.Headers.GetValues("x-request-id").Single());
    }
}
