using Sandglass.ModelFiles;
using Sandglass.Tokenization;
using Sandglass.Transformer;

namespace Sandglass;

/// <summary>Whether a model file can run.</summary>
/// <param name="Obstacle">What stands in the way, as loading would report it; null where nothing does.</param>
/// <param name="UnusedTensors">Tensors that the engine would not read, by name; empty where there is an obstacle.</param>
public sealed record ModelSupport(ModelFileException? Obstacle, IReadOnlyList<string> UnusedTensors)
{
    /// <summary>Says whether a file would load, from its description alone; no value of a tensor is read.</summary>
    public static ModelSupport Examine(ModelFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            (Hyperparameters shape, _) = Understand(file);
            using WeightReader dryRun = new(file, pool: null, progress: null);
            Architectures.For(shape, file.Metadata).Read(dryRun, shape).Dispose();
            return new ModelSupport(null, [.. dryRun.Unasked]);
        }
        catch (ModelFileException obstacle)
        {
            return new ModelSupport(obstacle, []);
        }
    }

    /// <summary>A model's shape and tokenizer.</summary>
    /// <exception cref="ModelFileException">Its architecture does not run, or its description is wrong.</exception>
    internal static (Hyperparameters Shape, Tokenizer Tokenizer) Understand(ModelFile file)
    {
        Hyperparameters shape = Hyperparameters.Read(file.Metadata, file.Tensors.Count);
        _ = Architectures.For(shape, file.Metadata);
        return (shape, Tokenizer.From(file.Metadata));
    }
}
