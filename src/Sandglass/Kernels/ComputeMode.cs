namespace Sandglass.Kernels;

/// <summary>How quantised weights are multiplied. Either way gives the same bits everywhere; the two ways differ from each other.</summary>
public enum ComputeMode
{
    /// <summary>Activations become int8 in blocks of 32, the largest of each block kept apart in F32; dots are of integers.</summary>
    Fast,

    /// <summary>Weights are dequantised inside the kernel and activations stay F32.</summary>
    Exact,
}
