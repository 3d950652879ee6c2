using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Sandglass.ServeBench.Client;
using Sandglass.ServeBench.Load;

namespace Sandglass.ServeBench.Servers;

/// <summary>A server program that takes part, and how it is started for a point.</summary>
/// <param name="name">As the report calls it.</param>
/// <param name="command">The program, and options that it is always given.</param>
/// <param name="members">What a request must say to this server to mean the same as to the others.</param>
internal abstract class Contestant(string name, string[] command, JsonObject members)
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(2), BetweenLooks = TimeSpan.FromMilliseconds(50);

    public string Name { get; } = name;

    /// <summary>What it is always given.</summary>
    public string[] Further { get; } = command[1..];

    public string Version { get; protected set; } = "";

    /// <summary>The arguments of the last start, for the report.</summary>
    public string[] Arguments { get; private set; } = [];

    public Asking Adapted(Asking asking) => asking.Choosing == Choosing.OpenAI ? asking.With(members) : asking;

    /// <summary>Starts it and waits until it takes requests.</summary>
    public async Task<(ServerProcess Process, Uri Address)> StartAsync(Cell cell, int threads,
        CancellationToken cancellation)
    {
        int port = FreePort();
        Arguments = ArgumentsFor(cell, threads, port);
        ServerProcess process = new([command[0], .. Arguments]);
        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(LongestStart);
            return (process, await ReadyAsync(process, port, limit.Token));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    protected abstract string[] ArgumentsFor(Cell cell, int threads, int port);

    /// <summary>Where it listens, once it is ready.</summary>
    protected virtual async Task<Uri> ReadyAsync(ServerProcess process, int port, CancellationToken cancellation)
    {
        Uri address = new($"http://127.0.0.1:{port}/");
        using ApiClient api = new(address, key: null);
        while (!await api.IsReadyAsync(cancellation))
        {
            process.ThrowIfEnded();
            await Task.Delay(BetweenLooks, cancellation);
        }
        return address;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
