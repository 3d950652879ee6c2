namespace Sandglass.Web;

/// <summary>A body that cannot be carried out as it is written. Code: a line in docs/errors.md.</summary>
internal sealed class TraceBodyException(string code, string message) : SandglassException(code, message);
