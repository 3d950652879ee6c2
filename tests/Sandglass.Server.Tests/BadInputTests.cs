using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sandglass.Server.Tests;

/// <summary>Whatever is sent, the answer is a clean one in OpenAI's shape.</summary>
[Collection(ServerCollection.Name)]
public class BadInputTests(ServerFixture fixture)
{
    private static readonly string Deep = new string('[', 70) + new string(']', 70);

    public static TheoryData<string, string> Bodies => new()
    {
        { "", "json-invalid" },
        { " ", "json-invalid" },
        { "[]", "json-invalid" },
        { "7", "json-invalid" },
        { "null", "json-invalid" },
        { "{", "json-invalid" },
        { "{\"prompt\":\"a\",}", "json-invalid" },
        { "{\"prompt\":\"a\"} {}", "json-invalid" },
        { "{\"model\":\"grain-1m\",\"prompt\":\"a\",\"temperature\":NaN}", "json-invalid" },
        { "{\"model\":\"grain-1m\",\"prompt\":\"a\",\"prompt\":\"b\"}", "json-invalid" },
        { "{\"model\":\"grain-1m\",\"prompt\":\"a\",\"logit_bias\":{\"1\":1,\"1\":2}}", "json-invalid" },
        { "{\"model\":\"grain-1m\",\"prompt\":\"\\ud83d\"}", "json-invalid" },
        { "{\"model\":\"grain-1m\",\"prompt\":\"a\",\"\\udc00\":1}", "json-invalid" },
        { $"{{\"model\":\"grain-1m\",\"prompt\":{Deep}}}", "json-invalid" },
        { "{\"model\":\"grain-1m\"}", "parameter-missing" },
        { "{\"model\":\"grain-1m\",\"prompt\":null}", "parameter-missing" },
        { "{\"model\":\"grain-1m\",\"prompt\":7}", "parameter-value" },
        { "{\"model\":\"grain-1m\",\"prompt\":[]}", "parameter-value" },
        { "{\"model\":\"grain-1m\",\"prompt\":[1,\"a\"]}", "parameter-value" },
        { "{\"model\":\"grain-1m\",\"prompt\":[[]]}", "prompt-empty" },
        { "{\"model\":\"grain-1m\",\"prompt\":[\"a\",[]]}", "prompt-empty" },
        { "{\"model\":\"grain-1m\",\"prompt\":[-1]}", "parameter-value" },
        { "{\"model\":\"grain-1m\",\"prompt\":[1.5]}", "parameter-value" },
        { "{\"model\":\"grain-1m\",\"prompt\":[99999999999]}", "parameter-value" },
        { "{\"model\":\"grain-1m\",\"prompt\":[1000000]}", "id-out-of-range" },
        { "{\"model\":7,\"prompt\":\"a\"}", "parameter-value" },
        { "{\"prompt\":\"a\"}", "parameter-missing" },
        { "{\"model\":\"grain-1m\",\"prompt\":[\"a\",\"b\",\"c\"],\"n\":64}", "limit-exceeded" },
        { "{\"model\":\"grain-1m\",\"prompt\":\"a\",\"max_tokens\":1e30}", "parameter-value" },
        { "{\"model\":\"grain-1m\",\"prompt\":\"a\",\"seed\":1e300}", "parameter-value" },
        { "{\"model\":\"grain-1m\",\"prompt\":\"a\",\"\":1}", "parameter-unknown" },
        { $"{{\"model\":\"grain-1m\",\"prompt\":\"a\",\"{new string('a', 79)}\U0001F600\":1}}", "parameter-unknown" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_makes_no_sense_is_refused_with_its_reason(string body, string code)
    {
        JsonObject error = await fixture.Client.Refused("v1/completions", body);

        Assert.Equal(code, (string)error["code"]!);
        Assert.Equal("invalid_request_error", (string)error["type"]!);
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_told_with_those_that_are()
    {
        JsonObject error = await fixture.Client.Refused("v1/completions", Api.Body("gpt-4", "a"), HttpStatusCode.NotFound);

        Assert.Equal(("model_not_found", "model"), ((string)error["code"]!, (string)error["param"]!));
        Assert.Contains("`grain-1m`", (string)error["message"]!);
    }

    [Fact]
    public async Task A_prompt_that_does_not_fit_is_refused_with_both_numbers_and_never_cut()
    {
        int context = fixture.Small.Model.Context;
        JsonObject error = await fixture.Client.Refused(
            "v1/completions", $$"""{"model":"grain-1m","prompt":[{{string.Join(',', Enumerable.Repeat(300, context + 1))}}]}""");

        Assert.Equal("prompt-too-long", (string)error["code"]!);
        Assert.Contains($" {context} tokens", (string)error["message"]!);
        Assert.Contains($" {context + 1} tokens", (string)error["message"]!);
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData("application/x-www-form-urlencoded", null)]
    [InlineData("application/json; charset=latin1", null)]
    [InlineData("application/json", "gzip")]
    [InlineData(null, null)]
    public async Task Another_type_than_JSON_is_refused(string? type, string? encoding)
    {
        using ByteArrayContent content = new("{}"u8.ToArray());
        if (type is not null) content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (encoding is not null) content.Headers.ContentEncoding.Add(encoding);
        using HttpResponseMessage response = await fixture.Client.PostAsync("v1/completions", content);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal("content-type", answer.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("{\"model\":\"grain-1m\",\"prompt\":\"\xff\"}")]
    [InlineData("{\"model\":\"grain-1m\",\"prompt\":\"\xed\xa0\x80\"}")]
    public async Task Bytes_that_are_no_text_are_refused(string latin)
    {
        using ByteArrayContent content = new(Encoding.Latin1.GetBytes(latin));
        content.Headers.ContentType = new("application/json");
        using HttpResponseMessage response = await fixture.Client.PostAsync("v1/completions", content);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("json-invalid", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        await using SandglassServer server = await SandglassServer.StartAsync(
            new ServerOptions { Models = [fixture.Small], Address = "http://127.0.0.1:0", Limits = new ServerLimits { BodyBytes = 1000 } });
        using HttpClient client = new() { BaseAddress = new Uri(server.Address) };
        JsonObject error = await client.Refused("v1/completions", Api.Body("grain-1m", new string('a', 2000)), HttpStatusCode.RequestEntityTooLarge);

        Assert.Equal("body-too-large", (string)error["code"]!);
        Assert.Equal("a", (await client.Ask("detokenize", """{"tokens":[]}"""))["content"]!.GetValue<string>() + "a");      // and with one model none is named
    }
}
