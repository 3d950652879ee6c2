using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Sandglass.Server;

/// <summary>What holds of every connection, before a request is looked at.</summary>
internal static class KestrelLimits
{
    public static void Set(KestrelServerOptions kestrel, ServerLimits limits)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = limits.BodyBytes;
        kestrel.Limits.MaxConcurrentConnections = limits.Connections;
        kestrel.Limits.RequestHeadersTimeout = limits.HeaderTime;
        kestrel.Limits.KeepAliveTimeout = limits.KeepAlive;
    }
}
