namespace Sandglass.ModelFiles;

/// <summary>A model file cannot be read, or cannot be used as asked.</summary>
public sealed class ModelFileException : SandglassException
{
    internal ModelFileException(string code, string file, string field, string expected, string found)
        : base(code, $"{file}: {field}: expected {expected}, found {found}.")
    {
        File = file;
        Field = field;
        Expected = expected;
        Found = found;
    }

    /// <summary>The file, by the name that the caller gave.</summary>
    public string File { get; }

    /// <summary>What in the file is wrong, for instance <c>tensor blk.3.attn_q.weight, offset</c>.</summary>
    public string Field { get; }

    /// <summary>What would have been right.</summary>
    public string Expected { get; }

    /// <summary>What is there.</summary>
    public string Found { get; }
}
