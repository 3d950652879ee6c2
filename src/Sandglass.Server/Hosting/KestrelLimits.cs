using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Sandglass.Server;

/// <summary>What holds of every connection, before a request is looked at.</summary>
internal static class KestrelLimits
{
    private const int SystemBytes = 65_536;     // Linux takes twice as many

    public static void Set(KestrelServerOptions kestrel, ServerLimits limits)
    {
        kestrel.AddServerHeader = false;
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);    // without TLS nobody asks for another one
        kestrel.Limits.MaxConcurrentUpgradedConnections = 0;
        kestrel.Limits.MaxRequestLineSize = limits.RequestLineBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = limits.HeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = limits.Headers;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(limits.LeastBytesPerSecond, limits.SlowFor);
        kestrel.Limits.MaxResponseBufferSize = limits.AnswerBytes;
        kestrel.Limits.MinResponseDataRate = new MinDataRate(limits.LeastBytesPerSecond, limits.SlowFor);
        kestrel.Limits.MaxRequestBufferSize = limits.UnreadBytes;
        kestrel.Limits.MaxRequestBodySize = limits.BodyBytes;
        kestrel.Limits.MaxConcurrentConnections = limits.Connections;
        kestrel.Limits.RequestHeadersTimeout = limits.HeaderTime;
        kestrel.Limits.KeepAliveTimeout = limits.KeepAlive;
    }

    /// <summary>The system's buffer for what a connection is sent. By itself it would grow to megabytes and say that there is room again when a third of them
    /// has been read: by then a client that reads slowly would have been taken for one that reads nothing.</summary>
    public static void Set(SocketTransportOptions sockets) => sockets.CreateBoundListenSocket = endpoint =>
    {
        Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (endpoint is IPEndPoint) socket.SendBufferSize = SystemBytes;     // those that it accepts have the same
        return socket;
    };
}
