namespace Sandglass.Kernels;

/// <summary>The tensor types that the engine computes with: the one list of them.</summary>
internal static class ComputedTypes
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<TensorType> All { get; } =
    [
        TensorType.F32, TensorType.F16, TensorType.BF16, TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_1, TensorType.Q5_0, TensorType.Q5_1,
        TensorType.Q2_K, TensorType.Q3_K, TensorType.Q4_K, TensorType.Q5_K, TensorType.Q6_K,
    ];

    /// <summary>Their names, for a message.</summary>
    public static string Names => string.Join(", ", All);
}
