using Microsoft.Extensions.Logging;

namespace Sandglass.Server;

/// <summary>What the endpoints of one server share.</summary>
internal sealed class ServerState(ServerOptions options, ILogger<ServerTelemetry> texts, bool isPrivate) : IDisposable
{
    public ServerOptions Options => options;

    public ServedModels Models { get; } = new(options.Models);

    public AnswerIds Ids { get; } = new();

    public Drain Drain { get; } = new();

    public LeaveWatch Leaving { get; } = new(options.Time);

    public BodyRoom Bodies { get; } = new(options.Limits.AllBodiesBytes, options.Limits.SlowFor, options.Time);

    public BodyTurns Turns { get; } = new();

    public WatchRoom Watching { get; } = new(options.Limits.Watchers);

    public ServerTelemetry Telemetry { get; } = new(options.Models, options.LogPrompts, options.Time, texts, isPrivate);

    public DateTimeOffset Now => options.Time.GetUtcNow();

    public void Dispose()
    {
        Leaving.Dispose();
        Turns.Dispose();
        Drain.Dispose();
    }
}
