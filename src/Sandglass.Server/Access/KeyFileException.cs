namespace Sandglass.Server;

/// <summary>A file of keys that cannot be used, as facts.</summary>
public sealed class KeyFileException : SandglassException
{
    internal KeyFileException(string code, string file, string where, string expected, string found, string advice = "")
        : base(code, $"{file}: {where}: expected {expected}, found {found}. {advice}".TrimEnd()) =>
        (File, Where, Expected, Found) = (file, where, expected, found);

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>Which part of it, for instance <c>key 2 (alice), weight</c>.</summary>
    public string Where { get; }

    /// <summary>What would have been right.</summary>
    public string Expected { get; }

    /// <summary>What was found. Never a key or a hash.</summary>
    public string Found { get; }
}
