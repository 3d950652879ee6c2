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
        return new ModelShape
        {
            Name = file.Metadata.Values.GetValueOrDefault("general.name") as string ?? Path.GetFileNameWithoutExtension(file.Name),
            Architecture = shape.Architecture,
            Width = shape.Width,
            Vocabulary = shape.VocabularySize > 0 ? shape.VocabularySize : (int)Math.Min(int.MaxValue, file.Find("token_embd.weight")?.Rows ?? 0),
            Context = shape.ContextLength,
            IsTied = file.Find("output.weight") is null,
            LearnedPositions = (int)Math.Min(MaxWidth, file.Find("position_embd.weight")?.Rows ?? 0),
            Layers = [.. Enumerable.Range(0, shape.Layers).Select(layer => Layer(layer, shape, entries, file))],
            VectorValues = Vectors(file, tensor => !tensor.StartsWith("blk.", StringComparison.Ordinal)),
            Parameters = file.Tensors.Where(tensor => !tensor.Name.StartsWith(RopeFactors, StringComparison.Ordinal)).Sum(tensor => tensor.Count),
        };
    }

    private static LayerShape Layer(int layer, Hyperparameters shape, ArchitectureMetadata entries, ModelFile file) =>
        new(Attention(layer, shape, entries), FeedForward(layer, shape, file))
        {
            VectorValues = Vectors(file, tensor => tensor.StartsWith($"blk.{layer}.", StringComparison.Ordinal)),
            ExpertVectorValues = Vectors(file, tensor => tensor.StartsWith($"blk.{layer}.", StringComparison.Ordinal) && IsOfExperts(tensor)),
        };

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

    /// <summary>Biases of all experts lie in one tensor, a row each.</summary>
    private static bool IsOfExperts(string tensor) => tensor.EndsWith("_exps.bias", StringComparison.Ordinal);

    private static long Vectors(ModelFile file, Func<string, bool> isOurs) => file.Tensors
        .Where(tensor => tensor.Shape.Count < 2 || IsOfExperts(tensor.Name))
        .Where(tensor => !tensor.Name.StartsWith(RopeFactors, StringComparison.Ordinal) && isOurs(tensor.Name))
        .Sum(tensor => tensor.Count);
}
