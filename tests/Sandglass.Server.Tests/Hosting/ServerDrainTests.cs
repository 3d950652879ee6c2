using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Sandglass.Generation;

namespace Sandglass.Server.Tests;

/// <summary>The end of a server over HTTP, with a text that has no end of its own and a clock that is turned by hand.</summary>
public sealed class ServerDrainTests : IAsyncLifetime
{
    private const string Endless = """{"prompt":"Once upon a time","stream":true,"ignore_eos":true,"max_tokens":1000000,"seed":1}""";

    private readonly HandClock _clock = new();
    private readonly HeardLines _log = new();
    private ServedModel _model = null!;
    private SandglassServer _server = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _model = await ServedModel.LoadAsync("embedded:grain-1m", options: new ModelOptions { Window = 64, Threads = 1 });
        _server = await SandglassServer.StartAsync(new ServerOptions
        {
            Models = [_model],
            Address = "http://127.0.0.1:0",
            Time = _clock,
            Logging = log => log.AddProvider(_log),
        });
        _client = new HttpClient { BaseAddress = new Uri(_server.Address) };
    }

    [Fact]
    public async Task Nothing_new_is_taken_while_what_runs_goes_on()
    {
        using HttpResponseMessage running = await BeginAsync();
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("ready")).StatusCode);
        Task<int> drain = _server.DrainAsync(TimeSpan.FromHours(1));

        (HttpStatusCode status, JsonObject refused) = await _client.Send("v1/completions", """{"prompt":"a"}""");
        using HttpResponseMessage again = await _client.GetAsync("v1/models");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "stopping"), (status, (string)refused["error"]!["code"]!));
        Assert.Equal(TimeSpan.FromSeconds(5), again.Headers.RetryAfter!.Delta);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _client.GetAsync("ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("health")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("metrics")).StatusCode);
        Assert.False(drain.IsCompleted);

        running.Dispose();      // the client leaves, and nothing runs any more
        Assert.Equal(0, await drain);
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetAsync("health"));
    }

    [Fact]
    public async Task What_has_to_be_ended_is_told_so()
    {
        using HttpResponseMessage running = await BeginAsync();
        Task<string> whole = running.Content.ReadAsStringAsync();
        Task<int> drain = _server.DrainAsync(TimeSpan.FromSeconds(30));
        Assert.False(drain.IsCompleted);
        _clock.Turn(TimeSpan.FromSeconds(31));

        string[] events = (await whole).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        Assert.Equal("stopping", (string)JsonNode.Parse(events[^2]["data: ".Length..])!["error"]!["code"]!);
        Assert.True(events.Length > 3);
        Assert.Equal(1, await drain);
    }

    [Fact]
    public async Task Who_has_sent_half_a_body_is_told_so_too_and_nothing_fails()
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(_server.Address).Port);
        await socket.SendAsync("POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"u8.ToArray());
        for (int i = 0; i < 3000 && _server.Running == 0; i++) await Task.Delay(10);
        Task<int> drain = _server.DrainAsync(TimeSpan.FromSeconds(30));
        _clock.Turn(TimeSpan.FromSeconds(31));

        byte[] answer = new byte[4096];
        int read = await socket.ReceiveAsync(answer).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Contains("\"stopping\"", Encoding.UTF8.GetString(answer, 0, read));
        Assert.Equal(1, await drain.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.DoesNotContain(await _log.AtLeastAsync(1), line => line.Contains("failed", StringComparison.Ordinal));
    }

    private async Task<HttpResponseMessage> BeginAsync()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "v1/completions") { Content = new StringContent(Endless, null, "application/json") };
        return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _model.Dispose();
    }
}
