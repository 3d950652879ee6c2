using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Sandglass.Generation;

namespace Sandglass.Server.Tests;

/// <summary>Clients that leave, servers that stop, rooms that are full: nothing is left behind, and whoever is still there hears of it.</summary>
/// <remarks>A model of its own, on which one request runs at a time and one waits.</remarks>
public sealed class LeavingTests : IAsyncLifetime
{
    private const string Path = "v1/completions";

    // 32 texts that only the number of tokens ends: seconds of work, of which a test sees the beginning
    private const string Long = """{"prompt":"Once upon a time","n":32,"max_tokens":400,"ignore_eos":true,"stream":STREAM}""";

    private const int LongTokens = 32 * 400;

    private ServedModel _model = null!;
    private SandglassServer _server = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _model = await ServedModel.LoadAsync("embedded:grain-1m", options: new ModelOptions { MaxBatch = 1, MaxQueue = 1, Window = 64 });
        _server = await SandglassServer.StartAsync(
            new ServerOptions { Models = [_model], Address = "http://127.0.0.1:0", Limits = new ServerLimits { Ping = TimeSpan.FromMilliseconds(30) } });
        _client = new HttpClient { BaseAddress = new Uri(_server.Address) };
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _model.Dispose();
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Texts_whose_client_leaves_end_at_once(string stream)
    {
        long before = _model.Model.Activity.GeneratedTokens;
        using (CancellationTokenSource leave = new())
        {
            Task<HttpResponseMessage> asked = Begin(Long.Replace("STREAM", stream), leave.Token);
            await Until(() => _model.Model.Activity.GeneratedTokens > before);
            await leave.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await (await asked).Content.ReadAsStringAsync(leave.Token));
        }
        await Until(() => _model.Model.Activity is { Running: 0, Waiting: 0 });

        Assert.InRange(_model.Model.Activity.GeneratedTokens - before, 1, LongTokens - 1);
        Assert.NotEqual("", (await _client.Ask(Path, """{"prompt":"The king","max_tokens":4}""")).Text());
    }

    [Fact]
    public async Task A_prompt_whose_scoring_waits_hears_that_the_server_stops()
    {
        await using HeldPlace runs = await HeldPlace.OfAsync(_model.Model);
        Task<(HttpStatusCode Status, JsonObject Answer)> scored = _client.Send(Path, """{"prompt":"The king went","prompt_logprobs":1}""");
        await Until(() => _model.Model.Activity.Waiting > 0);
        await _server.DrainAsync(TimeSpan.Zero);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "stopping"), ((await scored).Status, (string)(await scored).Answer["error"]!["code"]!));
    }

    [Fact]
    public async Task A_list_to_embed_may_be_longer_than_the_waiting_room()
    {
        JsonObject answer = await _client.Ask("v1/embeddings", """{"input":["one","two","three","four","five","six"]}""");
        Assert.Equal(6, answer["data"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"n\":3,\"seed\":5,")]
    [InlineData("\"echo\":true,\"logprobs\":1,\"prompt_logprobs\":2,\"seed\":5,")]
    public async Task Prompts_may_be_more_than_the_waiting_room_holds(string fields)
    {
        string[] prompts = ["one", "two", "three", "four", "five", "six", "seven"];
        string Body(string prompt, string more = "") => $$"""{{{fields}}"max_tokens":5,"temperature":0{{more}},"prompt":{{prompt}}}""";
        string list = $"[{string.Join(',', prompts.Select(prompt => $"\"{prompt}\""))}]";
        List<string> alone = [];
        foreach (string prompt in prompts)
            alone.AddRange((await _client.Ask(Path, Body($"\"{prompt}\""))).Choices().Select(choice => (string)choice["text"]!));
        JsonObject together = await _client.Ask(Path, Body(list));
        List<JsonObject> events = await _client.Stream(Path, Body(list, ",\"stream\":true"));

        Assert.Equal(alone, together.Choices().Select(choice => (string)choice["text"]!));
        Assert.Equal(alone, events.SelectMany(one => one.Choices()).GroupBy(part => (int)part["index"]!).OrderBy(parts => parts.Key)
            .Select(parts => string.Concat(parts.Select(part => (string)part["text"]!))));
        Assert.Equal(Enumerable.Range(0, alone.Count), together.Choices().Select(choice => (int)choice["index"]!));
    }

    /// <summary>The room has one place, and a more urgent request takes it from a prompt that waits there.</summary>
    [Theory]
    [InlineData(Path, """{"prompt":["Once upon a time","The king"],"n":2,"max_tokens":300,"ignore_eos":true,"seed":3,"priority":5}""")]
    [InlineData(Path, """{"prompt":["Once upon a time","The king"],"n":2,"max_tokens":300,"ignore_eos":true,"seed":3,"priority":5,"logprobs":0,"echo":true}""")]
    public async Task A_prompt_that_loses_its_place_while_others_of_its_request_run_waits_again(string path, string body)
    {
        string alone = Texts(await _client.Ask(path, body));
        Task<(HttpStatusCode Status, JsonObject Answer)> asked = _client.Send(path, body);
        Task<List<JsonObject>>? streamed = null;
        await Until(() => _model.Model.Activity is { Running: 1, Waiting: 1 });
        (HttpStatusCode urgent, _) = await _client.Send(Path, """{"prompt":"The fox","max_tokens":1}""");
        (HttpStatusCode status, JsonObject answer) = await asked;

        streamed = _client.Stream(path, body.Replace("\"seed\"", "\"stream\":true,\"seed\""));
        await Until(() => _model.Model.Activity is { Running: 1, Waiting: 1 });
        (HttpStatusCode again, _) = await _client.Send(Path, """{"prompt":"The fox","max_tokens":1}""");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK), (urgent, status, again));
        Assert.Equal(alone, Texts(answer));
        Assert.Equal(alone, string.Join("|", (await streamed).SelectMany(one => one.Choices()).GroupBy(part => (int)part["index"]!)
            .OrderBy(parts => parts.Key).Select(parts => string.Concat(parts.Select(part => (string)part["text"]!)))));
    }

    /// <summary>An urgent request runs for long, behind which the next text waits; a further one takes the text's place.</summary>
    [Fact]
    public async Task A_text_to_embed_that_loses_its_place_after_others_of_its_request_are_done_waits_again()
    {
        string[] texts = [.. Enumerable.Range(0, 60).Select(i => $"\"{i} {string.Concat(Enumerable.Repeat("kings went to the sea, ", 60))}\"")];
        JsonObject alone = await _client.Ask("v1/embeddings", $$"""{"input":[{{texts[1]}},{{texts[^1]}}]}""");
        EngineActivity before = _model.Model.Activity;
        Task<(HttpStatusCode Status, JsonObject Answer)> asked = _client.Send("v1/embeddings", $$"""{"input":[{{string.Join(',', texts)}}]}""");
        await Until(() => _model.Model.Activity.PromptTokens - before.PromptTokens > (int)alone["usage"]!["prompt_tokens"]!);
        Task<(HttpStatusCode Status, JsonObject Answer)> first =
            _client.Send(Path, """{"prompt":"The king","max_tokens":1000,"ignore_eos":true,"priority":-1}""");
        await Until(() => _model.Model.Activity is { Waiting: 1 } now && now.GeneratedTokens > before.GeneratedTokens);
        (HttpStatusCode second, _) = await _client.Send(Path, """{"prompt":"The fox","max_tokens":1,"priority":-1}""");
        (HttpStatusCode status, JsonObject answer) = await asked;

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK), ((await first).Status, second, status));
        JsonArray vectors = answer["data"]!.AsArray();
        Assert.Equal(Enumerable.Range(0, texts.Length), vectors.Select(vector => (int)vector!["index"]!));
        Assert.Equal(Vectors(alone), Vectors(answer).Where((_, i) => i == 1 || i == texts.Length - 1));
    }

    private static IEnumerable<string> Vectors(JsonObject answer) => answer["data"]!.AsArray().Select(one => one!["embedding"]!.ToJsonString());

    private static string Texts(JsonObject answer) => string.Join("|", answer.Choices().Select(choice => (string)choice["text"]!));

    [Fact]
    public async Task A_client_that_leaves_behind_bytes_that_nobody_reads_is_noticed()
    {
        long before = _model.Model.Activity.GeneratedTokens;
        using (Socket socket = new(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(IPAddress.Loopback, new Uri(_server.Address).Port);
            string body = Long.Replace("STREAM", "false");
            string head = $"POST /{Path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
            await socket.SendAsync(Encoding.ASCII.GetBytes(head + body));
            await Until(() => _model.Model.Activity.GeneratedTokens > before);
            await socket.SendAsync(new byte[100_000]);      // more than is read before the answer is there
        }
        await Until(() => _model.Model.Activity is { Running: 0, Waiting: 0 });

        Assert.InRange(_model.Model.Activity.GeneratedTokens - before, 1, LongTokens - 1);
    }

    [Fact]
    public async Task A_server_that_stops_says_so_in_the_stream()
    {
        using HttpResponseMessage response = await Begin(Long.Replace("STREAM", "true"), CancellationToken.None);
        Task<int> drain = _server.DrainAsync(TimeSpan.Zero);
        string[] events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        await drain;

        Assert.Equal("data: [DONE]", events[^1]);
        Assert.Equal("stopping", (string)JsonNode.Parse(events[^2]["data: ".Length..])!["error"]!["code"]!);
    }

    [Fact]
    public async Task A_request_that_waits_hears_that_it_is_not_forgotten_and_one_too_many_is_told_when_to_come_again()
    {
        HeldPlace running = await HeldPlace.OfAsync(_model.Model);
        using HttpResponseMessage waiting = await Begin("""{"prompt":"The king","max_tokens":4,"stream":true}""", CancellationToken.None);
        await Until(() => _model.Model.Activity.Waiting == 1);
        using StringContent content = new("""{"prompt":"The queen","max_tokens":4}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage refused = await _client.PostAsync(Path, content);
        JsonNode error = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["error"]!;
        using StreamReader lines = new(await waiting.Content.ReadAsStreamAsync());
        string? first = await lines.ReadLineAsync();
        await running.DisposeAsync();
        string rest = await lines.ReadToEndAsync();

        Assert.Equal(": waiting", first);
        Assert.Contains("data: [DONE]", rest);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 300);
        Assert.Equal(("queue-full", "server_error"), ((string)error["code"]!, (string)error["type"]!));
    }

    private Task<HttpResponseMessage> Begin(string body, CancellationToken leave)
    {
        HttpRequestMessage request = new(HttpMethod.Post, Path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        return _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leave);
    }

    private static async Task Until(Func<bool> condition)
    {
        for (int i = 0; i < 15_000 && !condition(); i++) await Task.Delay(2);
        Assert.True(condition());
    }
}
