using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Sandglass.Server.Tests;

/// <summary>Long bodies: what cannot fit is refused before it is encoded, and all of them together take a bounded amount of memory.</summary>
[Collection(ServerCollection.Name)]
public class BodyTests(ServerFixture fixture)
{
    private static readonly string Text = string.Concat(Enumerable.Repeat("The king had a daughter. ", 8000));      // 200,000 bytes

    public static TheoryData<string, string, string> TooLong => new()
    {
        { "v1/completions", """{"model":"grain-1m","prompt":TEXT}""", "prompt" },
        { "v1/completions", """{"model":"grain-1m","prompt":["a",TEXT]}""", "prompt" },
        { "v1/completions", """{"model":"grain-1m","prompt":"a","prediction":{"type":"content","content":TEXT}}""", "prediction" },
        { "v1/chat/completions", """{"model":"grain-1m","messages":[{"role":"user","content":TEXT}]}""", "messages" },
        { "v1/chat/completions", """{"model":"grain-1m","messages":[{"role":"user","content":"a"}],"prediction":{"type":"content","content":TEXT}}""", "prediction" },
        { "v1/embeddings", """{"model":"grain-1m","input":["a",TEXT]}""", "input" },
    };

    [Theory]
    [MemberData(nameof(TooLong))]
    public async Task A_text_far_too_long_is_refused_with_a_number_that_it_reaches_at_least(string path, string body, string param)
    {
        JsonObject error = await fixture.Client.Refused(path, body.Replace("TEXT", $"\"{Text}\""));
        string message = (string)error["message"]!;
        int least = int.Parse(message[(message.IndexOf("at least ", StringComparison.Ordinal) + 9)..].Split(' ', '.')[0]);

        Assert.Equal(param, (string)error["param"]!);
        Assert.Contains($"{fixture.Small.Model.Context} tokens", message);
        Assert.InRange(least, fixture.Small.Model.Context + 1, fixture.Small.Model.Tokenizer.Encode(Text).Ids.Length);
    }

    [Fact]
    public async Task A_text_a_little_too_long_is_counted()
    {
        string text = "";
        while (fixture.Small.Model.Tokenizer.Encode(text).Ids.Length <= fixture.Small.Model.Context) text += "The king had a daughter. ";
        JsonObject error = await fixture.Client.Refused("v1/completions", Api.Body("grain-1m", text));

        Assert.Equal("prompt-too-long", (string)error["code"]!);
        Assert.Contains($"prompt has {fixture.Small.Model.Tokenizer.Encode(text).Ids.Length} tokens", (string)error["message"]!);
    }

    [Theory]
    [InlineData("v1/completions", "prompt")]
    [InlineData("v1/embeddings", "input")]
    public async Task Ids_are_counted_before_they_are_read(string path, string param)
    {
        string ids = string.Join(',', Enumerable.Repeat("0", 100_000)) + ",\"no id\"";
        JsonObject error = await fixture.Client.Refused(path, $$"""{"model":"grain-1m","{{param}}":[{{ids}}]}""");

        Assert.Contains($"{param} has 100001 tokens", (string)error["message"]!);
    }

    [Fact]
    public async Task A_long_text_has_the_tokens_that_the_library_gives_it_and_they_lead_back()
    {
        JsonObject plain = await fixture.Client.Ask("tokenize", $$"""{"model":"grain-6m","content":"{{Text}}"}""");
        JsonObject pieces = await fixture.Client.Ask("tokenize", $$"""{"model":"grain-6m","content":"{{Text}}","with_pieces":true}""");
        string ids = plain["tokens"]!.ToJsonString();
        JsonObject back = await fixture.Client.Ask("detokenize", $$"""{"model":"grain-6m","tokens":{{ids}}}""");

        Assert.Equal(fixture.Grain.Model.Tokenizer.Encode(Text, addBos: false).Ids, plain["tokens"]!.AsArray().Select(id => (int)id!));
        Assert.Equal(Text, string.Concat(pieces["tokens"]!.AsArray().Select(token => (string)token!["piece"]!)).TrimStart());
        Assert.Equal((Text, Text), ((string)back["content"]!, (string)back["prompt"]!));
    }

    [Fact]
    public async Task Tokens_of_which_some_are_parts_of_characters_lead_to_what_the_library_gives()
    {
        int size = fixture.Grain.Model.Tokenizer.VocabularySize;
        int[] ids = [.. Enumerable.Range(0, 60_000).Select(i => (int)((i * 2654435761L + i / 7) % size))];
        JsonObject back = await fixture.Client.Ask("detokenize", $$"""{"model":"grain-6m","tokens":[{{string.Join(',', ids)}}]}""");

        Assert.Equal(fixture.Grain.Model.Tokenizer.Decode(ids), (string)back["content"]!);
    }

    [Fact]
    public async Task A_conversation_may_be_long_where_nothing_reads_it()
    {
        JsonObject shown = await fixture.Client.Ask(
            "apply-template", $$"""{"model":"grain-1m","messages":[{"role":"user","content":"{{Text}}"}]}""");

        Assert.Contains(Text.Trim(), (string)shown["prompt"]!);
    }

    [Fact]
    public async Task Bodies_that_together_are_too_large_are_refused_and_ordinary_ones_are_not()
    {
        const int Size = 100_000, There = 70_000;
        await using SandglassServer server = await SandglassServer.StartAsync(
            new ServerOptions { Models = [fixture.Small], Address = "http://127.0.0.1:0", Limits = new ServerLimits { BodyBytes = Size } });
        using HttpClient client = new() { BaseAddress = new Uri(server.Address) };
        string large = $$"""{"content":"{{new string('a', Size - 14)}}"}""";
        List<Socket> slow = [];
        (HttpStatusCode Status, JsonObject Answer) refused;
        do
        {
            slow.Add(await SendAsync(server, Size, There));     // one of them may be refused in its place
            refused = await client.Send("tokenize", large);
        }
        while (refused.Status != HttpStatusCode.ServiceUnavailable && slow.Count < 1000);
        JsonObject ordinary = await client.Ask("tokenize", """{"content":"The king"}""");
        foreach (Socket socket in slow) socket.Dispose();
        (HttpStatusCode Status, JsonObject Answer) again = await client.Send("tokenize", large);
        for (int i = 0; i < 1000 && again.Status != HttpStatusCode.OK; i++)
        {
            again = await client.Send("tokenize", large);
            await Task.Delay(10);
        }

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "bodies-full"), (refused.Status, (string)refused.Answer["error"]!["code"]!));
        Assert.NotEmpty(ordinary["tokens"]!.AsArray());
        Assert.Equal(HttpStatusCode.OK, again.Status);
    }

    [Fact]
    public async Task Nobody_keeps_others_out_by_sending_slowly()
    {
        const int Size = 100_000, There = 70_000;
        await using SandglassServer server = await SandglassServer.StartAsync(new ServerOptions
        {
            Models = [fixture.Small],
            Address = "http://127.0.0.1:0",
            Limits = new ServerLimits { BodyBytes = Size, SlowFor = TimeSpan.FromSeconds(1.1) },
        });
        using HttpClient client = new() { BaseAddress = new Uri(server.Address) };
        List<Socket> slow = [];
        for (int i = 0; i < 20; i++) slow.Add(await SendAsync(server, Size, There));
        await Task.WhenAny(slow.Select(socket => socket.ReceiveAsync(new byte[1], SocketFlags.Peek)));      // one is refused: there is no more room
        HttpStatusCode status = default;
        for (int i = 0; i < 1000 && status != HttpStatusCode.OK; i++)
        {
            (status, _) = await client.Send("tokenize", $$"""{"content":"{{new string('a', Size - 14)}}"}""");
            await Task.Delay(10);
        }
        foreach (Socket socket in slow) socket.Dispose();

        Assert.Equal(HttpStatusCode.OK, status);
    }

    /// <summary>They take of the room for bodies, though their requests are short: a thousand vectors of 128 numbers.</summary>
    [Fact]
    public async Task Vectors_that_nobody_reads_are_bounded_too()
    {
        const int Texts = 1000;
        await using SandglassServer server = await SandglassServer.StartAsync(new ServerOptions
        {
            Models = [fixture.Small],
            Address = "http://127.0.0.1:0",
            Limits = new ServerLimits { BodyBytes = 100_000, AllBodiesBytes = 3L * sizeof(float) * Texts * fixture.Small.Model.Shape.Width },
        });
        using HttpClient client = new() { BaseAddress = new Uri(server.Address) };
        string body = $$"""{"input":[{{string.Join(',', Enumerable.Repeat("\"a\"", Texts))}}]}""";
        List<HttpResponseMessage> unread = [];
        for (int i = 0; i < 3; i++) unread.Add(await Begin(client, body));
        (HttpStatusCode Status, JsonObject Answer) refused = await client.Send("v1/embeddings", body);
        JsonObject few = await client.Ask("v1/embeddings", """{"input":"a"}""");
        foreach (HttpResponseMessage answer in unread) answer.Dispose();
        HttpStatusCode again = default;
        for (int i = 0; i < 1000 && again != HttpStatusCode.OK; i++)
        {
            (again, _) = await client.Send("v1/embeddings", body);
            await Task.Delay(10);
        }

        Assert.All(unread, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "bodies-full"), (refused.Status, (string)refused.Answer["error"]!["code"]!));
        Assert.Single(few["data"]!.AsArray());
        Assert.Equal(HttpStatusCode.OK, again);
    }

    private static Task<HttpResponseMessage> Begin(HttpClient client, string body) => client.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, "v1/embeddings") { Content = new StringContent(body, Encoding.UTF8, "application/json") },
        HttpCompletionOption.ResponseHeadersRead);

    /// <summary>Begins a request whose body never comes to its end.</summary>
    private static async Task<Socket> SendAsync(SandglassServer server, int size, int there)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(server.Address).Port);
        string head = $"POST /tokenize HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(head + new string(' ', there)));
        return socket;
    }
}
