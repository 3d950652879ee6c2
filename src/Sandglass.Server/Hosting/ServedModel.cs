using Sandglass.ModelFiles;

namespace Sandglass.Server;

/// <summary>A model under the name that requests call it by.</summary>
public sealed class ServedModel : IDisposable
{
    /// <param name="id">The name in requests.</param>
    /// <param name="model">In memory; disposed of with this.</param>
    public ServedModel(string id, LanguageModel model)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(model);
        (Id, Model) = (id, model);
    }

    /// <summary>The name in requests.</summary>
    public string Id { get; }

    /// <summary>The model in memory.</summary>
    public LanguageModel Model { get; }

    /// <summary>First hex digits of the SHA-256 of the model's file, which traces name it by too; "" where nobody has read it.</summary>
    public string Hash { get; init; } = "";

    /// <summary>How the file wants its texts to be drawn.</summary>
    public SamplingHints Hints { get; init; } = SamplingHints.None;

    /// <summary>When it was loaded.</summary>
    public DateTimeOffset Loaded { get; init; }

    /// <summary>Size of its file in bytes; 0 where nobody has read it.</summary>
    public long FileBytes { get; init; }

    /// <summary>Loads a model, with the hash of its file.</summary>
    /// <param name="name">A GGUF file, or <c>embedded:NAME</c>.</param>
    /// <param name="id">The name in requests; null for the file's, without folder and ending.</param>
    /// <param name="options">How to run it; null for the defaults.</param>
    /// <param name="cancellationToken">Ends loading.</param>
    /// <exception cref="ModelFileException">The file cannot be read, or holds what cannot be run.</exception>
    /// <exception cref="Generation.GenerationException">There is no such model, or an option is out of its range.</exception>
    public static async Task<ServedModel> LoadAsync(
        string name, string? id = null, Generation.ModelOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        options ??= new Generation.ModelOptions();
        bool isEmbedded = name.StartsWith(EmbeddedModels.Prefix, StringComparison.Ordinal);
        using ModelFile file = EmbeddedModels.OpenNamed(name);
        LanguageModel model = isEmbedded
            ? await Task.Run(() => LanguageModel.LoadEmbedded(name[EmbeddedModels.Prefix.Length..], options), cancellationToken).ConfigureAwait(false)
            : await LanguageModel.LoadAsync(name, options, cancellationToken).ConfigureAwait(false);
        try
        {
            return new ServedModel(id ?? (isEmbedded ? name[EmbeddedModels.Prefix.Length..] : NameOf(name)), model)
            {
                Hash = await Task.Run(() => file.Hash(cancellationToken), cancellationToken).ConfigureAwait(false),
                Hints = SamplingHints.Of(file.Metadata),
                Loaded = options.Time.GetUtcNow(),
                FileBytes = file.Length,
            };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => Model.Dispose();

    /// <summary>A file's name without its folder, ending and the number of its part.</summary>
    private static string NameOf(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        int part = name.LastIndexOf("-00001-of-", StringComparison.Ordinal);
        return part > 0 ? name[..part] : name;
    }
}
