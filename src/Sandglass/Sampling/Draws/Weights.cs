using System.Runtime.CompilerServices;
using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>Probabilities as integers, <c>round(e^(logit - max) * 2^32)</c>: their 64-bit sums are exact in any order.</summary>
internal static class Weights
{
    /// <summary>Where <c>max - logit</c> reaches this the weight is 0: e^-23 * 2^32 = 0.44.</summary>
    internal const int Reach = 23;

    /// <summary>The likeliest token's weight, 2^32; 2^31 such tokens fit the sum.</summary>
    internal const double One = 4294967296;

    private const double Whole = 4503599627370496;           // 2^52: added to a smaller positive number it leaves the nearest (even) integer in the low bits

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Of(float logit, float max)
    {
        double distance = (double)max - logit;
        return distance > Reach ? 0 : Nearest(Elementary.Exp(-distance) * One);
    }

    /// <summary>
    /// The nearest integer, the even one between two; for 0 &lt;= value &lt; 2^52. Without the branches of a conversion, and rising with the value.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Nearest(double value) => BitConverter.DoubleToUInt64Bits(value + Whole) & ((1UL << 52) - 1);
}
