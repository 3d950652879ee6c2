namespace Sandglass.Generation;

/// <summary>Requests, and what they have to read and are expected to write.</summary>
internal readonly record struct WorkAmount(int Requests, long PromptTokens, long Written)
{
    public static WorkAmount Of(Ticket ticket) => new(1, ticket.PromptTokens, ticket.Expected);

    public static WorkAmount operator +(WorkAmount one, WorkAmount other) =>
        new(one.Requests + other.Requests, one.PromptTokens + other.PromptTokens, one.Written + other.Written);

    public static WorkAmount operator -(WorkAmount one, WorkAmount other) =>
        new(one.Requests - other.Requests, one.PromptTokens - other.PromptTokens, one.Written - other.Written);

    /// <summary>At most so many times another.</summary>
    public WorkAmount AtMost(int times, WorkAmount other) =>
        new((int)Math.Min(Requests, (long)times * other.Requests), Math.Min(PromptTokens, times * other.PromptTokens),
            Math.Min(Written, times * other.Written));
}
