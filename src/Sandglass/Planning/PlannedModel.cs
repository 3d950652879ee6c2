using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.ModelFiles;
using Sandglass.Transformer;

namespace Sandglass.Planning;

/// <summary>Where a plan's figures come from.</summary>
public enum PlanSource
{
    /// <summary>Computed from the model's sizes.</summary>
    Formula,

    /// <summary>Counted as this engine stores it: the panels of every tensor, the pages of its cache.</summary>
    Counted,
}

/// <summary>A model to plan for: one of the catalogue, a <c>config.json</c>, or a file whose weights can be counted.</summary>
/// <example>
/// <code>
/// MemoryPlan plan = MemoryPlan.For(PlannedModel.Open("llama-3-8b"), new MemoryOptions { Context = 8192, WeightType = "q4_0" });
/// Console.WriteLine($"{plan.TotalBytes / 1e9:F1} GB");
/// </code>
/// </example>
public sealed class PlannedModel
{
    private const int MostConfigBytes = 1 << 20;

    private PlannedModel()
    {
    }

    /// <summary>Its sizes.</summary>
    public required ModelShape Shape { get; init; }

    /// <summary>Its entry in the catalogue; null where it is none of it.</summary>
    public CatalogueEntry? Entry { get; private init; }

    /// <summary>The types of the file's weights, by bytes; empty where there is no file.</summary>
    public IReadOnlyList<TensorType> FileTypes { get; private init; } = [];

    /// <summary>Bytes of the weights as they lie in memory; null where there is no file.</summary>
    public long? FileBytes { get; private init; }

    /// <summary>Why this engine cannot run the file; null where it can, or where there is no file.</summary>
    public ModelFileException? Obstacle { get; private init; }

    /// <summary>The file's matrices that a step multiplies with; null where there is no file.</summary>
    internal IReadOnlyList<StepWeight>? FileWeights { get; private init; }

    /// <summary>How this engine's pages are laid out; null where it does not run the model, or does not know.</summary>
    internal CacheShape? Pages { get; private init; }

    /// <summary>A model by what a person calls it: the path of a GGUF file (of a split one the first part) or of a <c>config.json</c>,
    /// <c>embedded:NAME</c>, or a name of the catalogue. Where a file is called like a model of the catalogue, it is the file.</summary>
    /// <exception cref="PlanException">It is none of them; the message offers the nearest name.</exception>
    /// <exception cref="ModelFileException">The file cannot be read.</exception>
    public static PlannedModel Open(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.StartsWith(EmbeddedModels.Prefix, StringComparison.Ordinal))
        {
            using ModelFile embedded = EmbeddedModels.OpenNamed(name);
            return Of(embedded);
        }
        if (!File.Exists(name) && !Directory.Exists(name))
        {
            if (name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) Fail.Missing(name);
            CatalogueEntry entry = ModelCatalogue.Find(name);
            return new PlannedModel { Shape = entry.Shape, Entry = entry };
        }
        if (Directory.Exists(name) && File.Exists(Path.Combine(name, "config.json"))) return OfConfig(Path.Combine(name, "config.json"));
        if (name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return OfConfig(name);
        using ModelFile file = ModelFile.Open(name);
        return Of(file);
    }

    /// <summary>A model that only has sizes.</summary>
    public static PlannedModel Of(ModelShape shape) => new() { Shape = shape };

    /// <summary>A model file; its weights are counted and stay in it.</summary>
    /// <exception cref="ModelFileException">Its description is wrong.</exception>
    public static PlannedModel Of(ModelFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        ModelShape shape = ModelShape.Of(file);
        long bytes = file.Tensors.Sum(tensor => tensor.ByteCount);
        ModelFileException? obstacle = null;
        CacheShape? pages = null;
        try
        {
            Hyperparameters read = Hyperparameters.Read(file.Metadata, file.Tensors.Count);
            Architecture architecture = Architectures.For(read, file.Metadata);
            using WeightReader dryRun = new(file, pool: null, progress: null);
            using Model model = architecture.Read(dryRun, read);
            bytes = model.Weights.Bytes;
            pages = new CacheShape(read.Layers, read.KeyValueHeads, read.KeyHeadDim, read.ValueHeadDim, CacheType.F16);
        }
        catch (ModelFileException failure)
        {
            obstacle = failure;
        }
        return new PlannedModel
        {
            Shape = shape,
            FileTypes = [.. file.Tensors.Where(tensor => tensor.Shape.Count > 1).GroupBy(tensor => tensor.Type)
                .OrderByDescending(group => group.Sum(tensor => tensor.ByteCount)).Select(group => group.Key)],
            FileBytes = bytes,
            FileWeights = StepWeight.Of(file, shape),
            Obstacle = obstacle,
            Pages = pages,
        };
    }

    private static PlannedModel OfConfig(string path)
    {
        string folder = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) ?? "";
        string name = Path.GetFileName(path) == "config.json" && folder.Length > 0 ? folder : Path.GetFileNameWithoutExtension(path);
        return new PlannedModel { Shape = ModelShape.FromConfig(ConfigText(path), path) with { Name = name } };
    }

    /// <summary>The text of a file, whose length the system need not know: at most what one more than the bound says.</summary>
    private static string ConfigText(string path)
    {
        if (Directory.Exists(path)) Fail.IsDirectory(path);
        try
        {
            using FileStream file = new(FileKind.OpenToRead(path), FileAccess.Read, bufferSize: 0);
            byte[] bytes = new byte[MostConfigBytes + 1];
            int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (count > MostConfigBytes) throw new ModelFileException("config-json", path, "length", $"at most {MostConfigBytes} bytes", "more");
            using StreamReader text = new(new MemoryStream(bytes, 0, count));
            return text.ReadToEnd();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Fail.Unreadable(path, failure.Message);
            throw;
        }
    }
}
