using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sandglass.Server.Tests;

/// <summary>What strangers may take of the server before their request is understood.</summary>
[Collection(ServerCollection.Name)]
public sealed class KestrelLimitsTests(ServerFixture fixture) : IAsyncLifetime
{
    private SandglassServer _server = null!;

    public async Task InitializeAsync() => _server = await SandglassServer.StartAsync(new ServerOptions
    {
        Models = [fixture.Small],
        Address = "http://127.0.0.1:0",
        Limits = new ServerLimits { BodyBytes = 1000, HeaderTime = TimeSpan.FromSeconds(1), SlowFor = TimeSpan.FromSeconds(1.1), Connections = 3 },
    });

    [Fact]
    public async Task Headers_that_do_not_come_end_the_connection() =>
        Assert.StartsWith("HTTP/1.1 408 ", await AnswerAsync("POST /v1/completions HTTP/1.1\r\nHost: a\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task A_body_that_does_not_come_is_refused() =>
        Assert.Contains("request-timeout", await AnswerAsync(
            "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"), StringComparison.Ordinal);

    [Theory]
    [InlineData(
        "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2000\r\nConnection: close\r\n\r\n",
        "413", "body-too-large")]
    [InlineData("GET /LONG HTTP/1.1\r\nHost: a\r\n\r\n", "414", "")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: LONG\r\n\r\n", "431", "")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nMANY\r\n", "431", "")]
    [InlineData(
        "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: LONG\r\n\r\n",
        "431", "headers-too-large")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "400", "")]
    [InlineData("garbage\r\n\r\n", "400", "")]
    public async Task What_is_too_large_or_no_request_is_refused(string request, string status, string code)
    {
        request = request.Replace("LONG", new string('x', 20_000), StringComparison.Ordinal)
            .Replace("MANY\r\n", string.Concat(Enumerable.Range(0, 70).Select(i => $"X-{i}: 1\r\n")), StringComparison.Ordinal);
        string answer = await AnswerAsync(request);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains(code, answer, StringComparison.Ordinal);
    }

    /// <summary>The web server ends the connection when it finds the rest of the body too long: the client has to know before it sends another
    /// request.</summary>
    [Theory]
    [InlineData("PATCH /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", "405")]
    [InlineData("POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", "404")]
    [InlineData("POST /tokenize HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n", "415")]
    [InlineData("PATCH /metrics HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "405")]
    public async Task An_answer_before_a_long_body_is_read_says_that_the_connection_ends(string request, string status)
    {
        string answer = await AnswerAsync(request);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PATCH /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", "405")]
    [InlineData(
        "POST /detokenize HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nd\r\n{\"tokens\":[]}\r\n0\r\n\r\n", "200")]
    public async Task A_connection_whose_body_is_short_or_was_read_goes_on(string request, string status)
    {
        string answer = await AnswerAsync($"{request}GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.EndsWith("{\"status\":\"ok\"}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_connections_than_there_may_be_are_closed()
    {
        List<Socket> open = [];
        for (int i = 0; i < 3; i++) open.Add(await ConnectAsync());
        using Socket further = await ConnectAsync();

        Assert.Equal(0, await further.ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromSeconds(30)));
        foreach (Socket socket in open) socket.Dispose();
    }

    /// <summary>Whoever has not sent his request yet holds nothing up.</summary>
    [Fact]
    public async Task The_end_does_not_wait_for_half_a_request()
    {
        using Socket socket = await ConnectAsync();
        await socket.SendAsync("GET /v1/models HTTP/1.1\r\nHo"u8.ToArray());
        await Task.Delay(100);
        Task<int> drain = _server.DrainAsync(TimeSpan.FromHours(1));

        Assert.Equal(0, await drain.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, await LeftAsync(socket));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private static async Task<int> LeftAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1000]).WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    /// <summary>All that comes until the server closes the connection.</summary>
    private async Task<string> AnswerAsync(string request)
    {
        using Socket socket = await ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        using MemoryStream answer = new();
        byte[] buffer = new byte[4096];
        try
        {
            for (int read; (read = await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(30))) > 0;) answer.Write(buffer, 0, read);
        }
        catch (SocketException)
        {
            // reset after what was said
        }
        return Encoding.ASCII.GetString(answer.ToArray());
    }

    private async Task<Socket> ConnectAsync()
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(_server.Address).Port);
        return socket;
    }
}
