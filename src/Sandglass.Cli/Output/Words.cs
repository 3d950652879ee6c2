namespace Sandglass.Cli;

/// <summary>A line too long for a terminal, broken between words: the terminal itself would break inside them.</summary>
internal static class Words
{
    /// <summary>The lines, each at most <paramref name="width"/> characters unless a word is longer.</summary>
    public static IEnumerable<string> Wrapped(string text, int width)
    {
        width = Math.Max(width, 1);
        foreach (string line in text.Split('\n'))
        {
            int from = 0;
            while (line.Length - from > width)
            {
                int end = line.LastIndexOf(' ', from + width, width);
                if (end <= from) end = line.IndexOf(' ', from + width);     // one word that is longer
                if (end < 0) break;
                yield return line[from..end];
                from = end + 1;
            }
            yield return line[from..];
        }
    }
}
