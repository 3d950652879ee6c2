namespace Sandglass.Kernels;

/// <summary>How quantised weights are multiplied. Each way gives the same bits everywhere; the ways differ from each other.</summary>
public enum ComputeMode
{
    /// <summary>Activations become int8 in blocks of 32, the largest of each block kept apart in F32; dot products are of integers.</summary>
    Fast,

    /// <summary>
    /// Activations become 16 bits in blocks of 32, as two planes of int8; dot products are of integers. Agrees with <see cref="Exact"/> to three digits at
    /// little more than the cost of <see cref="Fast"/>.
    /// </summary>
    Fine,

    /// <summary>Weights are dequantised inside the kernel and activations stay F32.</summary>
    Exact,
}
