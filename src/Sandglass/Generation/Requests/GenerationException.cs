namespace Sandglass.Generation;

/// <summary>A request that cannot be carried out as asked. <see cref="Code"/> names a line in docs/errors.md.</summary>
public sealed class GenerationException : Exception
{
    internal GenerationException(string code, string option, string expected, string found)
        : base($"{option}: expected {expected}, found {found}.")
    {
        Code = code;
        Option = option;
        Expected = expected;
        Found = found;
    }

    /// <summary>The kind of mistake, for instance <c>prompt-too-long</c>.</summary>
    public string Code { get; }

    /// <summary>Which part of the request is wrong.</summary>
    public string Option { get; }

    /// <summary>What would have been right.</summary>
    public string Expected { get; }

    /// <summary>What was asked for.</summary>
    public string Found { get; }
}
