using System.Text;

namespace Sandglass.Server;

/// <summary>The page's document, which says what there is beside it: engines, models for the one in the tab, recorded traces.</summary>
internal static class PageDocument
{
    /// <summary>The same with what there is.</summary>
    /// <param name="document">UTF-8.</param>
    /// <param name="engines">Those that the page may choose from, the first to begin with.</param>
    /// <param name="models">Paths below the page.</param>
    /// <param name="traces">Paths below the page.</param>
    public static byte[] With(byte[] document, IEnumerable<string> engines, IEnumerable<string> models, IEnumerable<string> traces)
    {
        string html = Encoding.UTF8.GetString(document);
        foreach ((string name, IEnumerable<string> values) in ((string, IEnumerable<string>)[])[("engines", engines), ("models", models), ("traces", traces)])
            html = With(html, $"<meta name=\"sandglass-{name}\" content=\"", string.Join(' ', values.Select(Escaped)));
        return Encoding.UTF8.GetBytes(html);
    }

    private static string With(string html, string before, string value)
    {
        int from = html.IndexOf(before, StringComparison.Ordinal) + before.Length;
        int to = html.IndexOf('"', from);
        return from < before.Length || to < 0 ? throw new InvalidOperationException($"The page has no {before}") : $"{html[..from]}{value}{html[to..]}";
    }

    private static string Escaped(string path) => Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);
}
