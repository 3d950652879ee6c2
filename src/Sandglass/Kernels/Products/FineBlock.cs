using System.Runtime.InteropServices;

namespace Sandglass.Kernels;

/// <summary>Thirty-two activations of one token as <em>fine</em> computes with them: 16-bit codes with one scale, as two planes of int8; x is about Scale * (256 * Coarse + Rest).</summary>
/// <remarks>
/// The coarse plane is the block in int8, the rest what it missed, and as one is 256 times the other their two dots are one integer: 256 * coarse + rest. So there is one scale step
/// a block as in <em>fast</em>, and nothing need be kept apart. The integer stays below 2^28 for every type, and becomes F32 once, to nearest even. Two cache lines.
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

    /// <summary>Sum of the first sixteen codes. Sums are whole and below 2^20, so a float holds them exactly.</summary>
    public float LowSum;

    /// <summary>Sum of the last sixteen codes.</summary>
    public float HighSum;

    /// <summary>Sum of all.</summary>
    public float Sum;

    /// <summary>-LowSum, whole: times what codes are stored above their value by, it is where a dot begins.</summary>
    public int LowBias;

    /// <summary>-HighSum, whole.</summary>
    public int HighBias;

    /// <summary>-Sum, whole.</summary>
    public int Bias;

    /// <summary>Sets the sums.</summary>
    public void SetSums(int low, int high)
    {
        (LowSum, HighSum, Sum) = (low, high, low + high);
        (LowBias, HighBias, Bias) = (-low, -high, -low - high);
    }
}
