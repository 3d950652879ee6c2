using Microsoft.Extensions.Logging;

namespace Sandglass.Server;

/// <summary>What a server serves, and where.</summary>
public sealed record ServerOptions
{
    /// <summary>The models; a request names one of them. With a single model, a request may name none.</summary>
    public required IReadOnlyList<ServedModel> Models { get; init; }

    /// <summary>Where to listen; port 0 for a free one.</summary>
    public string Address { get; init; } = "http://127.0.0.1:8080";

    /// <summary>A file of keys (<see cref="KeyFile"/>), read again when it changes; null for none.</summary>
    public string? KeyFile { get; init; }

    /// <summary>A key without limits; null for none. Where neither is given, everybody may ask.</summary>
    public string? Key { get; init; }

    /// <summary>Whether holders of different keys share cached beginnings of prompts. Then one can find out by timing what others asked.</summary>
    public bool SharePrefixes { get; init; }

    /// <summary>What a request and a connection may take.</summary>
    public ServerLimits Limits { get; init; } = new();

    /// <summary>Where log lines go; null for nowhere. <see cref="ServerLog.ToStandardError"/> is one way.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }

    /// <summary>Whether the log holds prompts and answers. Without it no line has a word of them.</summary>
    public bool LogPrompts { get; init; }

    /// <summary>Whether metrics and spans are sent by OpenTelemetry's protocol; OTEL_EXPORTER_OTLP_ENDPOINT and its like say where.</summary>
    public bool ExportTelemetry { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
