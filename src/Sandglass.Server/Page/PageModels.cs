namespace Sandglass.Server;

/// <summary>Files of models for the engine in the tab: those that ship inside, where that engine does.</summary>
internal static class PageModels
{
    private const string Folder = "engine/models/", Engine = "engine/engine.js";

    /// <summary>Whether the page has the engine beside it.</summary>
    public static bool HasEngine => PageAssets.All.ContainsKey(Engine);

    /// <summary>Their paths below the page, the smallest first.</summary>
    public static IReadOnlyList<string> Paths => HasEngine ? [.. EmbeddedModels.Files.Order(StringComparer.Ordinal).Select(file => Folder + file)] : [];

    /// <summary>One of them as an asset; null for none.</summary>
    public static PageAsset? Find(string path)
    {
        if (!path.StartsWith(Folder, StringComparison.Ordinal) || !Paths.Contains(path)) return null;
        using Stream stream = EmbeddedModels.OpenFile(path[Folder.Length..]);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new PageAsset(path, bytes, isBrotli: false);
    }
}
