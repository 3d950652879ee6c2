using System.Runtime.InteropServices;

namespace Sandglass.Kernels;

/// <summary>
/// Thirty-two activations of one token for <em>fine</em>: 16-bit codes with one scale, in two planes of int8; x is about Scale * (256 * Coarse + Rest).
/// </summary>
/// <remarks>
/// The coarse plane is the block in int8, the rest is its error. One weighs 256 times the other, so the two dot products form one integer, 256 * coarse + rest:
/// one scale step per block as in <em>fast</em>, and no element is kept apart. The integer stays below 2^28 for every type and is converted to F32 once,
/// to nearest even. Two cache lines.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal unsafe struct FineBlock
{
    /// <summary>Columns of a block.</summary>
    public const int Columns = 32;

    /// <summary>The largest code: 256 * 127 + 127.</summary>
    public const int Limit = 32639;

    /// <summary>(code + 128) / 256, rounded down: -127 to 127.</summary>
    public fixed sbyte Coarse[Columns];

    /// <summary>code - 256 * coarse: -128 to 127.</summary>
    public fixed sbyte Rest[Columns];

    /// <summary>The largest magnitude / <see cref="Limit"/>.</summary>
    public float Scale;

    /// <summary>Sum of the first sixteen codes. Sums are integers below 2^20, so a float holds them exactly.</summary>
    public float LowSum;

    /// <summary>Sum of the last sixteen codes.</summary>
    public float HighSum;

    /// <summary>Sum of all.</summary>
    public float Sum;

    /// <summary>-LowSum as an integer: times the codes' offset, the initial value of a dot product.</summary>
    public int LowBias;

    /// <summary>-HighSum as an integer.</summary>
    public int HighBias;

    /// <summary>-Sum as an integer.</summary>
    public int Bias;

    /// <summary>Sets the sums.</summary>
    public void SetSums(int low, int high)
    {
        (LowSum, HighSum, Sum) = (low, high, low + high);
        (LowBias, HighBias, Bias) = (-low, -high, -low - high);
    }
}
