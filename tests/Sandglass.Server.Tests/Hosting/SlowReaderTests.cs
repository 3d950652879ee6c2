using System.Net;
using System.Net.Sockets;
using System.Text;
using Sandglass.Generation;

namespace Sandglass.Server.Tests;

/// <summary>Clients that do not read their answers, over real connections.</summary>
public sealed class SlowReaderTests : IAsyncLifetime
{
    private ServedModel _model = null!;
    private SandglassServer _server = null!;

    public async Task InitializeAsync()
    {
        _model = await ServedModel.LoadAsync("embedded:grain-1m", options: new ModelOptions { Window = 64, Threads = 1 });
        _server = await SandglassServer.StartAsync(new ServerOptions
        {
            Models = [_model],
            Address = "http://127.0.0.1:0",
            Limits = new ServerLimits { ReadTime = TimeSpan.FromSeconds(0.3), BodyBytes = 16 << 20 },
        });
    }

    [Fact]
    public async Task A_whole_answer_that_nobody_reads_ends_with_its_connection()
    {
        string text = string.Concat(Enumerable.Repeat("Once upon a time there was a king. ", 20_000));
        using Socket socket = await SendAsync("/tokenize", $$"""{"content":"{{text}}","with_pieces":true}""");
        await socket.ReceiveAsync(new byte[1], SocketFlags.Peek);       // it has begun

        Assert.DoesNotContain("max_model_len", await ReadAfterAsync(socket, TimeSpan.FromSeconds(2)));       // its last field
    }

    [Fact]
    public async Task A_whole_answer_that_is_read_slowly_and_steadily_is_not_ended()
    {
        const int Enough = 1 << 20, Piece = 1 << 16;
        await using SandglassServer server = await SandglassServer.StartAsync(
            new ServerOptions { Models = [_model], Address = "http://127.0.0.1:0", Limits = new ServerLimits { ReadTime = TimeSpan.FromSeconds(2) } });
        string text = string.Concat(Enumerable.Repeat("Once upon a time there was a king. ", 60_000));
        using Socket socket = await SendAsync("/tokenize", $$"""{"content":"{{text}}","with_pieces":true}""", server);
        byte[] buffer = new byte[Piece];
        int read = 0, count = 1;
        for (; read < Enough && count > 0; read += count)
        {
            await Task.Delay(250);
            count = await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(60));
        }

        Assert.InRange(read, Enough, int.MaxValue);
    }

    [Fact]
    public async Task A_stream_that_nobody_reads_ends_and_so_does_its_text()
    {
        string stops = string.Join(',', Enumerable.Range(0, 20).Select(i => $"\"nobody says this {i}\""));
        using Socket socket = await SendAsync("/v1/completions", $$"""
            {"prompt":"Once upon a time","stream":true,"ignore_eos":true,"max_tokens":100000000,"explain":true,"n":8,"stop":[{{stops}}]}
            """);
        for (int i = 0; i < 6000 && _model.Model.Activity.GeneratedTokens == 0; i++) await Task.Delay(10);
        for (int i = 0; i < 6000 && _model.Model.Activity.Running > 0; i++) await Task.Delay(10);

        Assert.Equal(0, _model.Model.Activity.Running);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _model.Dispose();
    }

    private async Task<Socket> SendAsync(string path, string body, SandglassServer? server = null)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = server is null ? 4096 : 1 << 17 };
        await socket.ConnectAsync(IPAddress.Loopback, new Uri((server ?? _server).Address).Port);
        byte[] bytes = Encoding.UTF8.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
        for (int sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes.AsMemory(sent));
        return socket;
    }

    /// <summary>Reads nothing for a time, then what is left.</summary>
    private static async Task<string> ReadAfterAsync(Socket socket, TimeSpan pause)
    {
        await Task.Delay(pause);
        byte[] buffer = new byte[1 << 16];
        StringBuilder read = new();
        try
        {
            for (int count; (count = await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(30))) > 0;)
                read.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // reset
        }
        return read.ToString();
    }
}
