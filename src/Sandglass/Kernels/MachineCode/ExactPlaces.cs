namespace Sandglass.Kernels.MachineCode;

/// <summary>Shift of a lane (left, or right where negative) that brings one of its four codes to the near or far place where it can be read.</summary>
internal readonly record struct ExactPlace(int Shift, bool IsFar);

/// <summary>Where in a lane <see cref="ExactCode"/> reads codes, and what brings each of a lane's four codes there.</summary>
/// <remarks>
/// With minima at bit 0, to be converted. Without, in the mantissa: at bit p, under the exponent of 2^n, n = 23 - p, a code reads 2^n + code. There scale *
/// (2^n + offset) must be exact, so that the fma that subtracts it leaves scale * (code - offset) unrounded: with scales of 11 bits (F16) and offsets 8, 16
/// and 128 from bits 8, 7 and 4 on; with scales of 18 bits (times a factor of seven bits) and offset 32 from bit 13 on; Q3_K's have 16 bits and offset 4:
/// from bit 14 on. A code must end below bit 23.
/// </remarks>
internal static class ExactPlaces
{
    private static readonly ExactPlace[] Low = [new(8, false), new(0, false), new(0, true), new(-8, true)];
    private static readonly ExactPlace[] High = [new(4, false), new(4, true), new(-12, false), new(-12, true)];      // the same for upper nibbles
    private static readonly ExactPlace[] Bytes = [new(7, false), new(7, true), new(-9, false), new(-9, true)];
    private static readonly ExactPlace[] OfParts = [new(15, true), new(7, true), new(-1, true), new(-9, true)];
    private static readonly ExactPlace[] Lowest = [new(0, true), new(-8, true), new(-16, true), new(-24, true)];
    private static readonly ExactPlace[] LowestHigh = [new(-4, true), new(-12, true), new(-20, true), new(-28, true)];

    /// <summary>Of the columns of a group.</summary>
    public static ExactPlace[] Of(ByteDotShape shape, int group) => (shape.Bits, shape.HasMinimum, group >= 4) switch
    {
        (4, true, true) => LowestHigh,
        (_, true, _) => Lowest,
        (4, _, true) => High,
        (4, _, _) => Low,
        (8, _, _) => Bytes,
        _ => OfParts,
    };

    /// <summary>Whether there is a near place in addition to the far one.</summary>
    public static bool HasNear(ByteDotShape shape) => !shape.HasMinimum && shape.Bits is 4 or 8;

    /// <summary>The bit of the lane where a code starts.</summary>
    public static int Bit(ByteDotShape shape, bool far) => (shape.Bits, shape.HasMinimum) switch
    {
        (_, true) => 0,
        (4, _) => far ? 16 : 8,
        _ => far ? 15 : 7,
    };
}
