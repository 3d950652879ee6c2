namespace Sandglass;

/// <summary>Base of every failure that the library describes itself. <see cref="Code"/> names a line in docs/errors.md.</summary>
/// <remarks>Misuse of the API (a null argument, a disposed model) is an exception of the runtime's, as everywhere in .NET.</remarks>
public abstract class SandglassException : Exception
{
    private protected SandglassException(string code, string message)
        : base(message) => Code = code;

    /// <summary>The kind of failure, for instance <c>prompt-too-long</c>: stable, and the same in the library, the tool and over HTTP.</summary>
    public string Code { get; }
}
