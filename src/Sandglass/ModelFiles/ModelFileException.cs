namespace Sandglass.ModelFiles;

/// <summary>A model file that cannot be read, or not be used as asked. <see cref="Code"/> names a line in docs/errors.md.</summary>
public sealed class ModelFileException : Exception
{
    internal ModelFileException(string code, string file, string field, string expected, string found)
        : base($"{file}: {field}: expected {expected}, found {found}.")
    {
        Code = code;
        File = file;
        Field = field;
        Expected = expected;
        Found = found;
    }

    /// <summary>The kind of defect, for instance <c>gguf-offset-past-end</c>.</summary>
    public string Code { get; }

    /// <summary>The file, as the caller named it.</summary>
    public string File { get; }

    /// <summary>What in the file is wrong, for instance <c>tensor blk.3.attn_q.weight, offset</c>.</summary>
    public string Field { get; }

    /// <summary>What would have been right.</summary>
    public string Expected { get; }

    /// <summary>What stands there.</summary>
    public string Found { get; }
}
