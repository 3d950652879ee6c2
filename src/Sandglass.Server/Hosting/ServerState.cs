namespace Sandglass.Server;

/// <summary>What the endpoints of one server share.</summary>
internal sealed class ServerState(ServerOptions options)
{
    public ServerOptions Options => options;

    public ServedModels Models { get; } = new(options.Models);

    public AnswerIds Ids { get; } = new();

    public DateTimeOffset Now => options.Time.GetUtcNow();
}
