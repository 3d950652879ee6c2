namespace Sandglass.Server;

/// <summary>What the holder of a key may take; null for no limit.</summary>
public sealed record KeyLimits
{
    /// <summary>No limits: what a key has that comes from the environment.</summary>
    public static KeyLimits None { get; } = new();

    /// <summary>Requests that may begin within a minute.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Tokens a minute, read and written ones together.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>Requests at the same time, waiting ones included.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Whose requests are served earlier: lower numbers are. A request may ask for a higher one than its key has, not for a lower one.</summary>
    public int Priority { get; init; }

    /// <summary>The share of the engine beside other keys of the same priority: 2 gets twice the tokens that 1 gets, where both ask for all.</summary>
    public double Weight { get; init; } = 1;
}
