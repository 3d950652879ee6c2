namespace Sandglass.Server;

/// <summary>The page as a folder of files, for any server of files, at any path.</summary>
public static class PageFolder
{
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
        foreach (string path in PageModels.Paths) Put(folder, path, PageModels.Find(path)!.Plain);
        foreach ((string name, byte[] content) in traces) Put(folder, PathOf(name), content);
        return PageAssets.All.Count + PageModels.Paths.Count + traces.Count;
    }

    /// <summary>The document without its server, with the traces, and with the engine in the tab where there is one: first what was asked for.</summary>
    private static byte[] Static(byte[] document, IReadOnlyList<(string Name, byte[] Content)> traces)
    {
        string[] engines = !PageModels.HasEngine ? ["trace"] : traces.Count > 0 ? ["trace", "tab"] : ["tab", "trace"];
        return PageDocument.With(document, engines, PageModels.Paths, traces.Select(trace => PathOf(trace.Name)));
    }

    private static string PathOf(string name) => $"traces/{name}";

    private static void Put(string folder, string path, byte[] content)
    {
        string file = Path.Combine(folder, path.Replace('/', Path.DirectorySeparatorChar));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
    }
}
