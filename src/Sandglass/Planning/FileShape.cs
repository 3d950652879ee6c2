using System.Globalization;
using Sandglass.ModelFiles;

namespace Sandglass.Planning;

/// <summary>A model file's sizes: its metadata says most, its tensors the rest.</summary>
internal static class FileShape
{
    private const string RopeFactors = "rope_";         // tables of constants, not trained
    private const int MaxWidth = 1 << 24;

    public static ModelShape Read(ModelFile file)
    {
        if (file.Tensors.Count == 0)
            throw new ModelFileException("plan-no-weights", file.Name, "tensors", "a model with its weights", "a vocabulary alone");
        Hyperparameters shape = Hyperparameters.Read(file.Metadata, file.Tensors.Count);
        ArchitectureMetadata entries = new(file.Metadata);
        (long All, long OfExperts)[] vectors = Vectors(file, shape.Layers);
        return new ModelShape
        {
            Name = file.Metadata.Values.GetValueOrDefault("general.name") as string ?? Path.GetFileNameWithoutExtension(file.Name),
            Architecture = shape.Architecture,
            Width = shape.Width,
            Vocabulary = shape.VocabularySize > 0 ? shape.VocabularySize : (int)Math.Min(int.MaxValue, file.Find("token_embd.weight")?.Rows ?? 0),
            Context = shape.ContextLength,
            IsTied = file.Find("output.weight") is null,
            LearnedPositions = (int)Math.Min(MaxWidth, file.Find("position_embd.weight")?.Rows ?? 0),
            Layers = [.. Enumerable.Range(0, shape.Layers).Select(layer => Layer(layer, shape, entries, file, vectors[layer + 1]))],
            VectorValues = vectors[0].All,
            Parameters = file.Tensors.Where(tensor => !tensor.Name.StartsWith(RopeFactors, StringComparison.Ordinal)).Sum(tensor => tensor.Count),
        };
    }

    private static LayerShape Layer(
        int layer, Hyperparameters shape, ArchitectureMetadata entries, ModelFile file, (long All, long OfExperts) vectors) =>
        new(Attention(layer, shape, entries), FeedForward(layer, shape, file)) { VectorValues = vectors.All, ExpertVectorValues = vectors.OfExperts };

    private static AttentionShape Attention(int layer, Hyperparameters shape, ArchitectureMetadata entries)
    {
        int latent = entries.Int("attention.kv_lora_rank", 0, MaxWidth) ?? 0;
        return new AttentionShape
        {
            Heads = shape.HeadsByLayer[layer],
            KeyValueHeads = shape.KeyValueHeadsByLayer[layer],
            KeyDim = (latent > 0 ? entries.Int("attention.key_length_mla", 1, MaxWidth) : null) ?? shape.KeyHeadDim,
            ValueDim = (latent > 0 ? entries.Int("attention.value_length_mla", 1, MaxWidth) : null) ?? shape.ValueHeadDim,
            Window = HasWindow(layer, shape) ? shape.SlidingWindow : 0,
            LatentDim = latent,
            RopeDim = latent > 0 ? shape.RopeDimensions : 0,
            QueryRank = latent > 0 ? entries.Int("attention.q_lora_rank", 0, MaxWidth) ?? 0 : 0,
        };
    }

    /// <summary>Which layers have the window: no file says it, llama.cpp's sources do (set_swa_pattern in llama-model.cpp).</summary>
    private static bool HasWindow(int layer, Hyperparameters shape) => shape.SlidingWindow > 0 && shape.Architecture switch
    {
        "gemma2" or "gpt-oss" => layer % 2 == 0,
        "gemma3" or "gemma3n" => layer % 6 != 5,
        "cohere2" or "llama4" => layer % 4 != 3,
        "phi3" => true,
        _ => false,
    };

    private static FeedForwardShape FeedForward(int layer, Hyperparameters shape, ModelFile file)
    {
        TensorInfo? Tensor(string name) => file.Find($"blk.{layer}.ffn_{name}.weight");
        bool hasExperts = Tensor("gate_inp") is not null;
        int dense = shape.FeedForwardWidthByLayer[layer];
        return new FeedForwardShape
        {
            Width = hasExperts && shape.ExpertWidth > 0 ? shape.ExpertWidth : dense,
            // some files have gate and up in one tensor
            IsGated = Tensor("gate") is not null || Tensor("gate_exps") is not null || Tensor("up")?.Rows == 2L * dense,
            Experts = hasExperts ? shape.Experts : 0,
            ExpertsUsed = hasExperts ? shape.ExpertsUsed : 0,
            SharedWidth = (int)Math.Min(MaxWidth, Tensor("up_shexp")?.Rows ?? 0),
        };
    }

    /// <summary>Values of norms and biases, and those of them that are of experts: [0] outside of all layers, [1 + layer] in each.</summary>
    private static (long All, long OfExperts)[] Vectors(ModelFile file, int layers)
    {
        (long All, long OfExperts)[] values = new (long, long)[1 + layers];
        foreach (TensorInfo tensor in file.Tensors)
        {
            bool isOfExperts = tensor.Name.EndsWith("_exps.bias", StringComparison.Ordinal);        // those of all experts are rows of one tensor
            if ((tensor.Shape.Count >= 2 && !isOfExperts) || tensor.Name.StartsWith(RopeFactors, StringComparison.Ordinal)) continue;
            if (PlaceOf(tensor.Name, layers) is not int place) continue;
            values[place].All += tensor.Count;
            if (isOfExperts) values[place].OfExperts += tensor.Count;
        }
        return values;
    }

    /// <summary>Where a tensor belongs, as in <see cref="Vectors"/>; null in a layer that the model does not have.</summary>
    private static int? PlaceOf(string tensor, int layers)
    {
        const string Block = "blk.";
        if (!tensor.StartsWith(Block, StringComparison.Ordinal)) return 0;
        ReadOnlySpan<char> rest = tensor.AsSpan(Block.Length);
        int end = rest.IndexOf('.');
        return int.TryParse(rest[..Math.Max(0, end)], NumberStyles.None, CultureInfo.InvariantCulture, out int layer) && layer < layers ? 1 + layer : null;
    }
}
