using Sandglass.ModelFiles;

namespace Sandglass.Planning;

/// <summary>The sizes of a model, from which follow its parameters, its memory and its work. No weights are needed.</summary>
/// <example>
/// <code>
/// ModelShape shape = ModelShape.Named("llama-3-8b");
/// Console.WriteLine($"{shape.Parameters:N0} parameters, {shape.CachedValues * 2:N0} bytes of F16 cache a token");
/// </code>
/// </example>
public sealed record ModelShape
{
    private readonly long? _counted;

    /// <summary>The model's name.</summary>
    public required string Name { get; init; }

    /// <summary>The family that it is of, as its file calls it: <c>llama</c>, <c>qwen3_moe</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Values of the residual stream at each position ("hidden size").</summary>
    public required int Width { get; init; }

    /// <summary>Tokens of the vocabulary.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Positions that it was trained for.</summary>
    public required int Context { get; init; }

    /// <summary>Whether the embedding is the output matrix too, and counts once.</summary>
    public required bool IsTied { get; init; }

    /// <summary>Its layers, from the first to the last.</summary>
    public required IReadOnlyList<LayerShape> Layers { get; init; }

    /// <summary>Positions that have a learned vector each; 0 where positions are rotations.</summary>
    public int LearnedPositions { get; init; }

    /// <summary>Values of vectors outside of all layers: the last norm, a bias of the output.</summary>
    public long VectorValues { get; init; }

    /// <summary>What is doubtful about it, in a sentence; null where nothing is.</summary>
    public string? Doubt { get; init; }

    /// <summary>All parameters: values of all matrices, norms and biases. Of a model file what its tensors hold.</summary>
    public long Parameters
    {
        get => _counted ?? Weights.Sum(static weight => weight.Values) + Vectors;
        internal init => _counted = value;
    }

    /// <summary>Parameters that a token goes through: without the experts that it does not take, and of the embedding only what is multiplied.</summary>
    public long ActiveParameters => MultiplyAddsPerToken + VectorValues + Layers.Sum(static layer => layer.ActiveVectorValues);

    /// <summary>Multiply-adds of one token's products with the weights, the scores of the vocabulary included. Attention to the past comes on top.</summary>
    public long MultiplyAddsPerToken => Weights.Sum(static weight => weight.MultiplyAdds);

    /// <summary>Values that the caches of all layers keep for a position while it is inside every window.</summary>
    public long CachedValues => Layers.Sum(static layer => layer.Attention.CachedValues);

    /// <summary>Values of all norms and biases.</summary>
    internal long Vectors => VectorValues + Layers.Sum(static layer => layer.VectorValues);

    /// <summary>All matrices.</summary>
    internal IEnumerable<WeightShape> Weights => ShapeWeights.Of(this);

    /// <summary>A model of the <see cref="ModelCatalogue"/>.</summary>
    /// <param name="name">Its name, in any case of letters: <c>llama-3-8b</c>.</param>
    /// <exception cref="PlanException">There is none of this name; the message offers the nearest.</exception>
    public static ModelShape Named(string name) => ModelCatalogue.Find(name).Shape;

    /// <summary>The shape of a model file, from its metadata and its tensors' shapes.</summary>
    /// <exception cref="ModelFileException">The description is wrong, or there are no weights in the file.</exception>
    public static ModelShape Of(ModelFile file) => FileShape.Read(file);

    /// <summary>The shape that a Hugging Face <c>config.json</c> describes.</summary>
    /// <param name="json">Its text.</param>
    /// <param name="name">What to call the model.</param>
    /// <exception cref="ModelFileException">It is no JSON object, or lacks something.</exception>
    public static ModelShape FromConfig(string json, string name) => ConfigShape.Read(json, name);
}
