namespace Sandglass.Server;

/// <summary>What strangers may ask of a server. Beyond it a request is refused; nothing is ever cut.</summary>
public sealed record ServerLimits
{
    /// <summary>Bytes of a request's body.</summary>
    public long BodyBytes { get; init; } = 8 << 20;

    /// <summary>How deep the lists and objects of a body may lie in each other.</summary>
    public int JsonDepth { get; init; } = 64;

    /// <summary>Messages of a chat.</summary>
    public int Messages { get; init; } = 4096;

    /// <summary>Prompts of one request for completions.</summary>
    public int Prompts { get; init; } = 64;

    /// <summary>Texts of one request for embeddings.</summary>
    public int Inputs { get; init; } = 2048;

    /// <summary>Texts that one request may have written: prompts times samples.</summary>
    public int Choices { get; init; } = 128;

    /// <summary>Texts that end an answer.</summary>
    public int StopTexts { get; init; } = 64;

    /// <summary>Connections at one time.</summary>
    public long Connections { get; init; } = 10_000;

    /// <summary>Until the headers of a request must be there.</summary>
    public TimeSpan HeaderTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may rest between two requests.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>After this much silence a stream says with a comment that it is still there.</summary>
    public TimeSpan Ping { get; init; } = TimeSpan.FromSeconds(15);
}
