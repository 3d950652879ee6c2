using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Sandglass.Generation;

namespace Sandglass.Server.Tests;

/// <summary>Traces whose client leaves or does not read, or whose server stops: the text ends, its pages are free, and whoever is there hears of it.</summary>
public sealed class TraceLeavingTests : IAsyncLifetime
{
    private const string Endless = """
        {"prompt":"Once upon a time","ignore_eos":true,"max_tokens":1000000,"cache_prompt":false,"trace":{"candidates":1000,"attention":"all","logits":true}}
        """;

    private ServedModel _model = null!;
    private SandglassServer _server = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _model = await ServedModel.LoadAsync("embedded:grain-1m", options: new ModelOptions { Window = 64, Threads = 1, MaxBatch = 1, MaxQueue = 1 });
        _server = await SandglassServer.StartAsync(new ServerOptions
        {
            Models = [_model],
            Address = "http://127.0.0.1:0",
            Limits = new ServerLimits { ReadTime = TimeSpan.FromSeconds(0.3) },
        });
        _client = new HttpClient { BaseAddress = new Uri(_server.Address) };
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_work_and_frees_the_pages()
    {
        using (CancellationTokenSource leave = new())
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "trace") { Content = new StringContent(Endless, null, "application/json") };
            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leave.Token);
            await (await response.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[100_000]);
            Assert.True(_model.Model.Activity.GeneratedTokens > 0);
        }
        await Until(() => _model.Model.Activity is { Running: 0, Waiting: 0, HeldPages: 0 });
        Assert.Equal("length", (string)(await TracedEvents.AskAsync(_client, """{"prompt":"The king","max_tokens":2,"ignore_eos":true}""")).Result!["finish"]!);
    }

    [Fact]
    public async Task One_that_nobody_reads_rests_and_then_ends()
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(_server.Address).Port);
        await socket.SendAsync(Encoding.UTF8.GetBytes(
            $"POST /trace HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {Endless.Length}\r\n\r\n{Endless}"));
        await Until(() => _model.Model.Activity.GeneratedTokens > 0);
        await Until(() => _model.Model.Activity.Running == 0);

        // what nobody read was not made: some 4 MB wait at most
        Assert.InRange(_model.Model.Activity.GeneratedTokens, 1, 1000);
    }

    [Fact]
    public async Task One_that_a_stopping_server_ends_is_told_so_in_an_event()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "trace") { Content = new StringContent(Endless, null, "application/json") };
        using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Task<string> whole = response.Content.ReadAsStringAsync();
        await Until(() => _model.Model.Activity.GeneratedTokens > 3);
        await _server.DrainAsync(TimeSpan.Zero);

        TracedEvents events = TracedEvents.Of(await whole);
        JsonObject error = (JsonObject)events.Error!["error"]!;
        Assert.Equal(("stopping", "server_error"), ((string)error["code"]!, (string)error["type"]!));
        Assert.NotEmpty(events.Tokens);
    }

    [Fact]
    public async Task One_for_which_there_is_no_room_is_refused_before_it_begins()
    {
        HeldPlace runs = await HeldPlace.OfAsync(_model.Model);
        Task<TracedEvents> waits = TracedEvents.AskAsync(_client, """{"prompt":"The queen","max_tokens":1}""");
        await Until(() => _model.Model.Activity.Waiting == 1);

        JsonObject error = await _client.Refused("trace", """{"prompt":"The king"}""", HttpStatusCode.ServiceUnavailable);
        Assert.Equal("queue-full", (string)error["code"]!);
        JsonObject late = await _client.Refused("trace", """{"prompt":"The king","start_within":0.001}""", HttpStatusCode.ServiceUnavailable);
        Assert.StartsWith("deadline-", (string)late["code"]!);
        await runs.DisposeAsync();
        Assert.Single((await waits).Tokens);
    }

    [Fact]
    public async Task One_whose_time_is_over_ends_with_a_result()
    {
        TracedEvents events = await TracedEvents.AskAsync(_client, $"{Endless.TrimEnd()[..^1]},\"time_limit\":0.2}}");
        Assert.Equal("time", (string)events.Result!["finish"]!);
    }

    [Fact]
    public async Task A_step_that_would_weigh_too_much_is_refused()
    {
        string heads = string.Join(',', Enumerable.Range(0, 1000).Select(_ => "[0,0]"));
        await using SandglassServer server = await SandglassServer.StartAsync(new ServerOptions
        {
            Models = [await ServedModel.LoadAsync("embedded:grain-1m", options: new ModelOptions { Context = 2000 })],
            Address = "http://127.0.0.1:0",
        });
        using HttpClient client = new() { BaseAddress = new Uri(server.Address) };
        JsonObject error = await client.Refused("trace", $$$"""{"prompt":"Once","max_tokens":1900,"trace":{"heads":[{{{heads}}}]}}""");
        Assert.Equal(("option-out-of-range", "trace"), ((string)error["code"]!, (string)error["param"]!));
        Assert.Contains("at most 4194304 bytes a step", (string)error["message"]!, StringComparison.Ordinal);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _model.Dispose();
    }

    private static async Task Until(Func<bool> condition)
    {
        for (int i = 0; i < 3000 && !condition(); i++) await Task.Delay(10);
        Assert.True(condition());
    }
}
