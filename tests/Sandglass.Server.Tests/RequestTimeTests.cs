using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Sandglass.Generation;

namespace Sandglass.Server.Tests;

/// <summary>A request's time holds for whatever is done for it, and a stream begins at once, whatever comes before its first token.</summary>
/// <remarks>The engine writes one text at a time, and the library has one written that goes on until it is left.</remarks>
public sealed class RequestTimeTests : IAsyncLifetime
{
    private const string Path = "v1/completions";

    private ServedModel _model = null!;
    private SandglassServer _hurried = null!, _patient = null!;
    private HttpClient _client = null!, _patientClient = null!;
    private TextGeneration _running = null!;

    public async Task InitializeAsync()
    {
        _model = await ServedModel.LoadAsync("embedded:grain-1m", options: new ModelOptions { MaxBatch = 1, Window = 64 });
        ServerOptions options = new() { Models = [_model], Address = "http://127.0.0.1:0" };
        _hurried = await SandglassServer.StartAsync(options with { Limits = new ServerLimits { RequestTime = TimeSpan.FromSeconds(0.4) } });
        _patient = await SandglassServer.StartAsync(options with { Limits = new ServerLimits { Ping = TimeSpan.FromMilliseconds(20) } });
        _client = new HttpClient { BaseAddress = new Uri(_hurried.Address) };
        _patientClient = new HttpClient { BaseAddress = new Uri(_patient.Address) };
        _running = _model.Model.GenerateAsync(
            "Once upon a time", new GenerationOptions { IgnoreEnd = true, MaxTokens = int.MaxValue, Priority = -1000 });       // never in turns with others
        _ = _running.Result;    // nobody reads it: it rests for nobody
        for (int i = 0; i < 3000 && _model.Model.Activity.Running == 0; i++) await Task.Delay(10);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        _patientClient.Dispose();
        await _running.DisposeAsync();
        await _hurried.DisposeAsync();
        await _patient.DisposeAsync();
        _model.Dispose();
    }

    [Theory]
    [InlineData("v1/embeddings", """{"input":"The king"}""")]
    [InlineData("v1/embeddings", """{"input":["The king","The queen"]}""")]
    [InlineData(Path, """{"prompt":"The king","prompt_logprobs":1}""")]
    [InlineData(Path, """{"prompt":"The king","prompt_logprobs":1,"time_limit":0.05}""")]
    [InlineData(Path, """{"prompt":["The king","The queen"],"echo":true,"logprobs":1,"time_limit":0.05}""")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":"a"}],"prompt_logprobs":1,"time_limit":0.05}""")]
    public async Task What_is_not_done_in_time_is_refused(string path, string body)
    {
        bool asks = body.Contains("time_limit", StringComparison.Ordinal);
        JsonObject error = await (asks ? _patientClient : _client).Refused(path, body, HttpStatusCode.GatewayTimeout);

        Assert.Equal(("request-time", "server_error"), ((string)error["code"]!, (string)error["type"]!));
        Assert.Contains(asks ? "0.05 s" : "0.4 s", (string)error["message"]!);
    }

    [Theory]
    [InlineData(Path, """{"prompt":"The king","prompt_logprobs":1,"stream":true,"time_limit":1}""")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":"a"}],"prompt_logprobs":1,"stream":true,"time_limit":1}""")]
    public async Task A_stream_begins_before_its_prompt_is_scored_and_says_that_it_took_too_long(string path, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = content };
        using HttpResponseMessage response = await _patientClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        string[] events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(": waiting", events[0]);
        Assert.Equal("request-time", (string)JsonNode.Parse(events[^2]["data: ".Length..])!["error"]!["code"]!);
        Assert.Equal("data: [DONE]", events[^1]);
    }

    [Fact]
    public async Task A_text_that_waits_ends_without_a_word()
    {
        JsonObject answer = await _client.Ask(Path, """{"prompt":"The king"}""");

        Assert.Equal(("length", "time", ""), ((string)answer.Choice()["finish_reason"]!, (string)answer.Choice()["finish"]!, answer.Text()));
    }

    [Fact]
    public async Task A_long_body_takes_room_only_until_it_has_been_read()
    {
        const int Size = 100_000, More = 12;        // than there is room for
        await using SandglassServer server = await SandglassServer.StartAsync(
            new ServerOptions { Models = [_model], Address = "http://127.0.0.1:0", Limits = new ServerLimits { BodyBytes = Size } });
        using HttpClient client = new() { BaseAddress = new Uri(server.Address) };
        List<Task<(HttpStatusCode Status, JsonObject Answer)>> asked = [];
        for (int i = 0; i < More; i++)
        {
            asked.Add(client.Send(Path, $$"""{"prompt":"The king","time_limit":20{{new string(' ', Size - 100)}}}"""));
            for (int wait = 0; wait < 3000 && _model.Model.Activity.Waiting <= i && !asked[i].IsCompleted; wait++) await Task.Delay(10);
        }
        bool allWait = asked.TrueForAll(one => !one.IsCompleted);
        await _running.DisposeAsync();

        Assert.True(allWait);
        Assert.All(await Task.WhenAll(asked), one => Assert.Equal(HttpStatusCode.OK, one.Status));
    }
}
