using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Sandglass.Server;

/// <summary>What holds of every connection, before a request is looked at.</summary>
internal static class KestrelLimits
{
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
}
