using System.Text;

namespace Sandglass.Server;

/// <summary>The page as a folder of files, for any server of files, at any path.</summary>
public static class PageFolder
{
    private const string Engines = "<meta name=\"sandglass-engines\" content=\"", Traces = "<meta name=\"sandglass-traces\" content=\"", End = "\"";

    /// <summary>Whether there is a page in this build.</summary>
    public static bool Exists => PageAssets.All.ContainsKey(PageAssets.Index);

    /// <summary>Why there is none, and how to get it.</summary>
    public static string HowToGetIt => PageAssets.HowToGetIt;

    /// <summary>Writes it.</summary>
    /// <param name="folder">Where; made where it is not there.</param>
    /// <param name="traces">Recorded traces that lie beside it and can be replayed: names with their content.</param>
    /// <returns>How many files were written.</returns>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static int Write(string folder, IReadOnlyList<(string Name, byte[] Content)> traces)
    {
        foreach (PageAsset asset in PageAssets.All.Values) Put(folder, asset.Path, asset.Path == PageAssets.Index ? Static(asset.Plain, traces) : asset.Plain);
        foreach ((string name, byte[] content) in traces) Put(folder, PathOf(name), content);
        return PageAssets.All.Count + traces.Count;
    }

    /// <summary>The document without its server, with the traces.</summary>
    private static byte[] Static(byte[] document, IReadOnlyList<(string Name, byte[] Content)> traces)
    {
        string html = Encoding.UTF8.GetString(document);
        html = With(html, Engines, "trace");
        html = With(html, Traces, string.Join(' ', traces.Select(trace => Uri.EscapeDataString(PathOf(trace.Name)).Replace("%2F", "/", StringComparison.Ordinal))));
        return Encoding.UTF8.GetBytes(html);
    }

    private static string With(string html, string before, string value)
    {
        int from = html.IndexOf(before, StringComparison.Ordinal) + before.Length;
        int to = html.IndexOf(End, from, StringComparison.Ordinal);
        return from < before.Length || to < 0 ? throw new InvalidOperationException($"The page has no {before}") : $"{html[..from]}{value}{html[to..]}";
    }

    private static string PathOf(string name) => $"traces/{name}";

    private static void Put(string folder, string path, byte[] content)
    {
        string file = Path.Combine(folder, path.Replace('/', Path.DirectorySeparatorChar));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
    }
}
