using Sandglass.Kernels;

namespace Sandglass.Planning;

/// <summary>How the weights of a model are stored, where no file says it: a tensor type for all matrices, or a mixture.</summary>
internal sealed class WeightType
{
    private const string Mixture = "q4_k_m", Float8 = "fp8";

    private readonly TensorType? _type;     // null for fp8, which no GGUF file has

    private WeightType(string name, TensorType? type) => (Name, _type) = (name, type);

    /// <summary>The names that <see cref="Named"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Storable().Select(static type => type.ToString().ToLowerInvariant()), Mixture, Float8];

    public string Name { get; }

    /// <summary>Whether this engine multiplies them in integers, for which it keeps activations in blocks beside.</summary>
    public bool IsQuantized => _type is TensorType type && TensorGeometry.BlockSize(type) > 1;

    /// <summary>The type of a name, in any case of letters.</summary>
    /// <exception cref="PlanException">There is none.</exception>
    public static WeightType Named(string name)
    {
        if (name.Equals(Mixture, StringComparison.OrdinalIgnoreCase)) return new WeightType(Mixture, TensorType.Q4_K);
        if (name.Equals(Float8, StringComparison.OrdinalIgnoreCase)) return new WeightType(Float8, null);
        foreach (TensorType type in Storable())
            if (name.Equals(type.ToString(), StringComparison.OrdinalIgnoreCase)) return new WeightType(type.ToString().ToLowerInvariant(), type);
        throw new PlanException("plan-option", nameof(MemoryOptions.WeightType), string.Join(", ", Names), ModelFiles.Fail.Short(name));
    }

    /// <summary>Bytes of all weights. Norms and biases are F32, as in GGUF files, and so are routers.</summary>
    public long BytesOf(ModelShape model) =>
        model.Weights.Sum(weight => BytesOf(weight, model)) + sizeof(float) * model.Vectors;

    /// <summary>Bytes of a matrix.</summary>
    public long BytesOf(WeightShape weight, ModelShape model) =>
        TypeOf(weight, model) is TensorType type ? TensorGeometry.ByteCount(type, weight.Values) : weight.Values;

    /// <summary>The type of a matrix; null for FP8.</summary>
    public TensorType? TypeOf(WeightShape weight, ModelShape model)
    {
        if (_type is not TensorType plain) return null;
        TensorType type = weight.Role == WeightRole.Router ? TensorType.F32 : Mixed(weight, model) ?? plain;
        while (weight.Columns % TensorGeometry.BlockSize(type) != 0) type = Fallback(type);
        return type;
    }

    /// <summary>Q4_K_M is Q4_K with more bits where errors cost most (llama-quant.cpp, llama_tensor_get_type and use_more_bits).</summary>
    private TensorType? Mixed(WeightShape weight, ModelShape model)
    {
        if (Name != Mixture) return null;
        int layers = model.Layers.Count, layer = weight.Layer;
        bool hasMoreBits = layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;
        return weight.Role switch
        {
            WeightRole.Output => TensorType.Q6_K,
            WeightRole.Embedding when model.IsTied => TensorType.Q6_K,
            WeightRole.Value or WeightRole.Down when hasMoreBits => TensorType.Q6_K,
            _ => null,
        };
    }

    // for rows that no block divides (llama-quant.cpp, tensor_type_fallback)
    private static TensorType Fallback(TensorType type) => type switch
    {
        TensorType.Q2_K or TensorType.Q3_K => TensorType.Q4_0,
        TensorType.Q4_K => TensorType.Q5_0,
        TensorType.Q5_K => TensorType.Q5_1,
        TensorType.Q6_K => TensorType.Q8_0,
        _ => TensorType.F16,
    };

    private static IEnumerable<TensorType> Storable() => ComputedTypes.All.Append(TensorType.MXFP4);
}
