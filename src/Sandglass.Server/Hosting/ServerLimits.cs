namespace Sandglass.Server;

/// <summary>What strangers may ask of a server. Beyond it a request is refused; nothing is ever cut.</summary>
public sealed record ServerLimits
{
    // constants, so that a command line can name them without this assembly
    /// <summary>The default of <see cref="BodyBytes"/>.</summary>
    public const long DefaultBodyBytes = 8 << 20;

    /// <summary>The default of <see cref="Connections"/>.</summary>
    public const int DefaultConnections = 10_000;

    /// <summary>The default of <see cref="RequestTime"/>, in seconds.</summary>
    public const int DefaultRequestSeconds = 600;

    /// <summary>Bytes of a request's body.</summary>
    public long BodyBytes { get; init; } = DefaultBodyBytes;

    /// <summary>Bytes of the bodies of all requests under way together, of those that have more than 64 KiB, and of the vectors of embeddings until they are
    /// read; 8 times <see cref="BodyBytes"/> where nothing else is said. At least <see cref="BodyBytes"/> counts.</summary>
    public long AllBodiesBytes
    {
        get => Math.Max(field > 0 ? field : 8 * BodyBytes, BodyBytes);
        init;
    }

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

    /// <summary>Who may watch at one time what the engines do; the holder of a key a quarter of it.</summary>
    public int Watchers { get; init; } = 32;

    /// <summary>Connections at one time.</summary>
    public long Connections { get; init; } = DefaultConnections;

    /// <summary>Until the headers of a request must be there.</summary>
    public TimeSpan HeaderTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of a request's first line.</summary>
    public int RequestLineBytes { get; init; } = 8192;

    /// <summary>Bytes of its headers, and how many there may be.</summary>
    public int HeaderBytes { get; init; } = 16_384;

    /// <inheritdoc cref="HeaderBytes"/>
    public int Headers { get; init; } = 64;

    /// <summary>Bytes of a connection that lie in memory before something reads them.</summary>
    public int UnreadBytes { get; init; } = 65_536;

    /// <summary>The least that a client has to send of a body a second.</summary>
    public double LeastBytesPerSecond { get; init; } = 240;

    /// <summary>How long it may do less before its connection is closed.</summary>
    public TimeSpan SlowFor { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of an answer that wait here for the client, beyond what the system holds for it: then no more is written until half of them are
    /// read.</summary>
    public long AnswerBytes { get; init; } = 16_384;

    /// <summary>How long an answer waits for that before its connection is closed.</summary>
    public TimeSpan ReadTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a request may be under way, its wait included; null for as long as it takes.</summary>
    public TimeSpan? RequestTime { get; init; } = TimeSpan.FromSeconds(DefaultRequestSeconds);

    /// <summary>How long a connection may rest between two requests.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>After this much silence a stream says with a comment that it is still there.</summary>
    public TimeSpan Ping { get; init; } = TimeSpan.FromSeconds(15);
}
