namespace Sandglass.Server;

/// <summary>Pieces of messages.</summary>
internal static class Words
{
    private const int Longest = 80;

    /// <summary>A stranger's text, short enough for a message.</summary>
    public static string Short(string text) => text.Length <= Longest ? text : $"{text[..Longest]}…";

    /// <summary>"a, b or c".</summary>
    public static string List(IReadOnlyList<string> words, string last) =>
        words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.Take(words.Count - 1))} {last} {words[^1]}";
}
