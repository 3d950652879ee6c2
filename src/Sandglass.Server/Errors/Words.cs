namespace Sandglass.Server;

/// <summary>Pieces of messages.</summary>
internal static class Words
{
    private const int Longest = 80;

    /// <summary>A stranger's text, short enough for a message.</summary>
    public static string Short(string text)
    {
        if (text.Length <= Longest) return text;
        int end = char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest;      // no half of a character
        return $"{text[..end]}…";
    }

    /// <summary>"a, b or c".</summary>
    public static string List(IReadOnlyList<string> words, string last) =>
        words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.Take(words.Count - 1))} {last} {words[^1]}";
}
