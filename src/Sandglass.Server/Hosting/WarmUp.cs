using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Sandglass.Server;

/// <summary>Has the way of a request compiled before the first one comes: a chat and a completion, streamed and not, over a connection, once a
/// process.</summary>
/// <remarks>
/// Without it the first caller waits for some hundred milliseconds of compiling. The requests go to a second server, which has a small model that ships inside,
/// a key that nobody knows and a free port of this machine, and is gone before the one that was asked for begins: so nothing of them is in its counts, its
/// log or its keys' accounts, and its models' caches know nothing of them; nor do those who listen to the process's instruments hear of them, but for what
/// ASP.NET Core itself tells. (Kernels, which differ by model, are compiled when a model is loaded.)
/// </remarks>
internal static partial class WarmUp
{
    /// <summary>What its model is called.</summary>
    internal const string Id = "warm-up";

    private const string Name = "grain-1m";

    /// <summary>How long a start is held up at most.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly (string Path, string Body)[] Requests =
    [
        ("/v1/chat/completions", """{"messages":[{"role":"user","content":"Hello"}],"max_tokens":2,"stream":true}"""),
        ("/v1/chat/completions", """{"messages":[{"role":"user","content":"Hello"}],"max_tokens":2}"""),
        ("/v1/completions", """{"prompt":"Hello","max_tokens":2,"stream":true}"""),
        ("/v1/completions", """{"prompt":"Hello","max_tokens":2}"""),
    ];

    private static int _hasRun;

    /// <summary>Does it, where no other server of this process has. What goes wrong costs the first caller time, and is said in the log.</summary>
    /// <param name="log">Of the server.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static Task RunAsync(ILogger log, CancellationToken cancellation) =>
        Interlocked.Exchange(ref _hasRun, 1) == 0 ? TryAsync(log, Patience, cancellation) : Task.CompletedTask;

    /// <summary>Does it now.</summary>
    internal static async Task TryAsync(ILogger log, TimeSpan patience, CancellationToken cancellation)
    {
        using CancellationTokenSource limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(patience);
        try
        {
            await AskAsync(limited.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Skipped(log, failure.Message);
        }
    }

    /// <summary>Starts a server of its own and asks it.</summary>
    /// <exception cref="InvalidOperationException">A request was refused.</exception>
    private static async Task AskAsync(CancellationToken cancellation)
    {
        string key = ApiKey.Fresh();
        using ServedModel model = await ServedModel.LoadAsync(
            EmbeddedModels.Prefix + Name, Id, options: new Generation.ModelOptions { Threads = 1 }, cancellationToken: cancellation).ConfigureAwait(false);
        ServerOptions options = new() { Models = [model], Address = "http://127.0.0.1:0", Key = key };
        SandglassServer server = await SandglassServer.StartColdAsync(options, cancellation).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            foreach ((string path, string body) in Requests)
                await PostAsync(new Uri(server.Address).Port, path, key, body, cancellation).ConfigureAwait(false);
        }
    }

    // by a socket: nothing else in this program is a client of HTTP
    private static async Task PostAsync(int port, string path, string key, string body, CancellationToken cancellation)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", port, cancellation).ConfigureAwait(false);
        byte[] request = Encoding.UTF8.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");
        await socket.SendAsync(request, cancellation).ConfigureAwait(false);
        byte[] answer = new byte[65_536];
        int length = 0, read;
        do
        {
            read = await socket.ReceiveAsync(answer.AsMemory(length), cancellation).ConfigureAwait(false);
            length += read;
        }
        while (read > 0 && length < answer.Length);
        if (!answer.AsSpan(0, length).StartsWith("HTTP/1.1 200"u8))
            throw new InvalidOperationException($"{path} was answered with {Encoding.UTF8.GetString(answer, 0, Math.Min(length, 200))}.");
    }

    [LoggerMessage(1, LogLevel.Information, "The server was not warmed up, so the first requests take longer: {reason}")]
    private static partial void Skipped(ILogger log, string reason);
}
