namespace Sandglass.Chat;

/// <summary>Takes characters from the ends of a text.</summary>
internal static class Trimming
{
    /// <param name="characters">Which; null for white space.</param>
    public static Text Strip(Rendering rendering, Text text, Text? characters, bool left, bool right)
    {
        HashSet<char>? set = characters is null ? null : [.. characters.Value];
        rendering.Step(1 + (characters?.Value.Length ?? 0) / 8);
        int from = 0, to = text.Value.Length;
        while (left && from < to && Goes(text.Value[from], set)) from++;
        while (right && to > from && Goes(text.Value[to - 1], set)) to--;
        rendering.Step((text.Value.Length - (to - from)) / 16);
        return text.Slice(rendering, from, to);
    }

    public static Text RemovePrefix(Rendering rendering, Text text, Text prefix) =>
        text.Value.StartsWith(prefix.Value, StringComparison.Ordinal) ? text.Slice(rendering, prefix.Value.Length, text.Value.Length) : text;

    public static Text RemoveSuffix(Rendering rendering, Text text, Text suffix) => suffix.Value.Length > 0
        && text.Value.EndsWith(suffix.Value, StringComparison.Ordinal)
        ? text.Slice(rendering, 0, text.Value.Length - suffix.Value.Length) : text;

    private static bool Goes(char c, HashSet<char>? set) => set is null ? Characters.IsSpace(c) : set.Contains(c);
}
