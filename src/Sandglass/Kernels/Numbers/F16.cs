using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>F16 and F32 by integer operations and one exact product: the same on every processor, and no call in an inner loop.</summary>
internal static class F16
{
    /// <summary>2^112: the bias of F32's exponent (127) less that of F16's (15), as a factor.</summary>
    public const float ExponentShift = 5.192296858534828e33f;

    /// <summary>Sign, exponent and mantissa of an F16 that was sign-extended to 32 bits and shifted left by 13.</summary>
    public const int WidenedMask = unchecked((int)0x8FFF_E000);

    /// <summary>The largest finite F16. Larger values are clamped to it: a cache must not turn large keys into infinities.</summary>
    public const float Largest = 65504f;

    /// <summary>The value of finite F16 bits, exact, subnormals included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToFloat(ushort bits)
    {
        float magnitude = BitConverter.Int32BitsToSingle((bits & 0x7FFF) << 13) * ExponentShift;
        return BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(magnitude) | ((bits & 0x8000) << 16));
    }

    /// <summary>The F16 nearest to a value, ties to even; beyond <see cref="Largest"/> that value with the sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort FromFloat(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint sign = (bits >> 16) & 0x8000;
        uint magnitude = bits & 0x7FFF_FFFF;
        if (magnitude >= 0x477F_F000) return (ushort)(sign | 0x7BFF); // rounds past 65504, or NaN
        if (magnitude < 0x3880_0000)
        {
            // Below 2^-14 F16 is subnormal: adding 0.5 puts its last bit (2^-24) at F32's last bit, and the addition rounds to even.
            float shifted = BitConverter.UInt32BitsToSingle(magnitude) + 0.5f;
            return (ushort)(sign | (BitConverter.SingleToUInt32Bits(shifted) - 0x3F00_0000));
        }
        uint odd = (magnitude >> 13) & 1;
        return (ushort)(sign | ((magnitude - 0x3800_0000 + 0x0FFF + odd) >> 13));
    }
}
