using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Cli;

/// <summary>Tensors of one type.</summary>
internal sealed record TypeShare(TensorType Type, int Tensors, long Values, long Bytes)
{
    /// <summary>Scales included.</summary>
    public double BitsPerWeight => Values == 0 ? 0 : 8.0 * Bytes / Values;
}

/// <summary>What a model file says about itself; a part that cannot be understood is null, and the reason is listed as unusual.</summary>
internal sealed record Inspection
{
    public required ModelFile File { get; init; }
    public required string? Name { get; init; }
    public required string? Architecture { get; init; }
    public required ModelFileException? Obstacle { get; init; }
    public required Hyperparameters? Shape { get; init; }
    public required VocabularyFacts? Vocabulary { get; init; }
    public required IReadOnlyList<TypeShare> Types { get; init; }
    public required IReadOnlyList<string> Unusual { get; init; }

    public long Parameters => File.Tensors.Sum(tensor => tensor.Count);

    public int Parts => File.Tensors.Count == 0 ? 1 : File.Tensors.Max(tensor => tensor.Part) + 1;

    public bool IsTied => File.Find("token_embd.weight") is not null && File.Find("output.weight") is null;

    /// <summary>Bytes that keys and values of one position take as F16; null where the shape is not known.</summary>
    public long? CacheBytesPerToken => Shape?.KeyValueHeadsByLayer.Sum(heads => (long)heads * (Shape.KeyHeadDim + Shape.ValueHeadDim) * 2);

    public static Inspection Of(ModelFile file)
    {
        Oddities oddities = new(file);
        ModelSupport readiness = ModelSupport.Examine(file);
        Hyperparameters? shape = oddities.Try(() => Hyperparameters.Read(file.Metadata, file.Tensors.Count));
        VocabularyFacts? vocabulary = VocabularyFacts.Of(file.Metadata, oddities);
        TypeShare[] types = [.. file.Tensors.GroupBy(tensor => tensor.Type)
            .Select(group => new TypeShare(group.Key, group.Count(), group.Sum(tensor => tensor.Count), group.Sum(tensor => tensor.ByteCount)))
            .OrderByDescending(share => share.Bytes)];
        oddities.Look(readiness, shape, vocabulary);
        return new Inspection
        {
            File = file,
            Name = oddities.Try(() => file.Metadata.String("general.name")),
            Architecture = oddities.Try(() => file.Metadata.String("general.architecture")),
            Obstacle = readiness.Obstacle,
            Shape = shape,
            Vocabulary = vocabulary,
            Types = types,
            Unusual = oddities.Found,
        };
    }
}
