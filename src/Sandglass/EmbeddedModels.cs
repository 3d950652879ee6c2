using System.Reflection;
using Sandglass.Generation;
using Sandglass.ModelFiles;

namespace Sandglass;

/// <summary>The models that ship inside the library: no file and no download.</summary>
public static class EmbeddedModels
{
    /// <summary>The one that is used where none is named.</summary>
    public const string Default = "grain-6m";

    /// <summary>What stands before an embedded model's name where a file could stand too.</summary>
    public const string Prefix = "embedded:";

    private static readonly Assembly Library = typeof(EmbeddedModels).Assembly;

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Resources().Select(NameOf).Order()];

    /// <summary>The file of one of them, to look at.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="GenerationException">There is no such model.</exception>
    public static ModelFile Open(string name = Default)
    {
        string? resource = Resources().FirstOrDefault(resource => NameOf(resource) == name);
        Stream? stream = resource is null ? null : Library.GetManifestResourceStream(resource);
        if (stream is null)
        {
            string expected = Names.Count == 0 ? "a model file: this build of the library holds no models" : string.Join(" or ", Names);
            throw new GenerationException("model-unknown", nameof(name), expected, name ?? "null");
        }
        return ModelFile.Open(stream, Prefix + name);
    }

    /// <summary>The files that they are, by name.</summary>
    internal static IEnumerable<string> Files => Resources();

    /// <summary>The bytes of one of <see cref="Files"/>.</summary>
    internal static Stream OpenFile(string file) => Library.GetManifestResourceStream(file)!;

    /// <summary>A file, or with the prefix an embedded model.</summary>
    internal static ModelFile OpenNamed(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? Open(name[Prefix.Length..]) : ModelFile.Open(name);

    private static IEnumerable<string> Resources() => Library.GetManifestResourceNames().Where(name => name.EndsWith(".gguf", StringComparison.Ordinal));

    private static string NameOf(string resource) => resource.Split('.')[0];
}
