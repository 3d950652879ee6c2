namespace Sandglass.ModelFiles;

/// <summary>The names of a split model's parts: <c>PREFIX-00002-of-00004.gguf</c> (llama.cpp, <c>llama_split_path</c>).</summary>
internal static class SplitName
{
    /// <summary>The path of part <paramref name="part"/>, counted from 0.</summary>
    public static string Of(string prefix, int part, int parts) => $"{prefix}-{part + 1:D5}-of-{parts:D5}.gguf";

    /// <summary>What precedes the numbers in the path of part <paramref name="part"/>; null where the path does not have these numbers.</summary>
    public static string? Prefix(string path, int part, int parts)
    {
        string ending = Of("", part, parts);
        return path.Length > ending.Length && path.EndsWith(ending, StringComparison.Ordinal) ? path[..^ending.Length] : null;
    }
}
