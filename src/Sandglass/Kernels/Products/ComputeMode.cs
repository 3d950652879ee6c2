namespace Sandglass.Kernels;

/// <summary>How quantised weights are multiplied. Each way gives the same bits everywhere; the ways differ from each other.</summary>
public enum ComputeMode
{
    /// <summary>Activations become int8 in blocks of 32, the largest of each block kept apart in F32; dots are of integers.</summary>
    Fast,

    /// <summary>Activations become 16 bits in blocks of 32, as two planes of int8; dots are of integers. As true as <see cref="Exact"/> to three digits, for little more than <see cref="Fast"/>.</summary>
    Fine,

    /// <summary>Weights are dequantised inside the kernel and activations stay F32.</summary>
    Exact,
}
