namespace Sandglass.Server;

/// <summary>What a server serves, and where.</summary>
public sealed record ServerOptions
{
    /// <summary>The models; a request names one of them. With a single model, a request may name none.</summary>
    public required IReadOnlyList<ServedModel> Models { get; init; }

    /// <summary>Where to listen; port 0 for a free one.</summary>
    public string Address { get; init; } = "http://127.0.0.1:8080";

    /// <summary>What a request and a connection may take.</summary>
    public ServerLimits Limits { get; init; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
