namespace Sandglass.Server;

/// <summary>Why a tenant's request does not begin now: a limit of its key.</summary>
/// <param name="Code">A line in docs/errors.md.</param>
/// <param name="Message">Which limit, its number, what to do.</param>
/// <param name="RetryAfter">When it may begin.</param>
internal sealed record Refusal(string Code, string Message, TimeSpan RetryAfter);
