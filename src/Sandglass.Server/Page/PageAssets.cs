using System.Collections.Frozen;
using System.Reflection;

namespace Sandglass.Server;

/// <summary>The page, as it was embedded when the server was built; nothing where it was built without.</summary>
internal static class PageAssets
{
    private const string Folder = "web/", Brotli = ".br";

    /// <summary>The document.</summary>
    public const string Index = "index.html";

    private static readonly Lazy<FrozenDictionary<string, PageAsset>> Embedded = new(Read);

    /// <summary>All files, by their paths below the page.</summary>
    public static FrozenDictionary<string, PageAsset> All => Embedded.Value;

    /// <summary>How whoever built the server gets the page too.</summary>
    public const string HowToGetIt =
        "This sandglass was built without its page. With Node.js 20.19 or newer installed, build it again with -p:BuildWeb=true " +
        "(dotnet run -c Release -p:BuildWeb=true --project src/Sandglass.Cli -- serve), or run sandglass as it is published.";

    private static FrozenDictionary<string, PageAsset> Read()
    {
        Assembly assembly = typeof(PageAssets).Assembly;
        Dictionary<string, PageAsset> found = new(StringComparer.Ordinal);
        foreach (string name in assembly.GetManifestResourceNames())
        {
            if (!name.StartsWith(Folder, StringComparison.Ordinal)) continue;
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            bool isBrotli = name.EndsWith(Brotli, StringComparison.Ordinal);
            string path = name[Folder.Length..(isBrotli ? ^Brotli.Length : ^0)];
            found[path] = new PageAsset(path, bytes, isBrotli);
        }
        return found.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
