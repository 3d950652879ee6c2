namespace Sandglass.Server;

/// <summary>A request that is refused, as its answer says it.</summary>
/// <param name="code">A line of docs/errors.md.</param>
/// <param name="message">What is wrong, what was expected, what to do.</param>
/// <param name="param">The parameter that is wrong, by its name in the body; null for none.</param>
internal sealed class RequestException(string code, string message, string? param = null) : Exception(message)
{
    public string Code { get; } = code;

    public string? Param { get; } = param;
}
