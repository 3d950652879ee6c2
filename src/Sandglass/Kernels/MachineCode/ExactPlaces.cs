namespace Sandglass.Kernels.MachineCode;

/// <summary>How a lane is shifted (to the left, or where negative to the right) so that one of its four codes stands at the near or the far place where it can be read.</summary>
internal readonly record struct ExactPlace(int Shift, bool IsFar);

/// <summary>Where in a lane <see cref="ExactCode"/> reads codes, and what brings each of a lane's four codes there.</summary>
/// <remarks>
/// With minima at bit 0, to be converted. Without, in the mantissa: at bit p a code under the exponent of 2^n, n = 23 - p, reads 2^n + code. There scale * (2^n + offset) has to be
/// exact, so that the fma that takes it away leaves scale * (code - offset) unrounded: with scales of 11 bits (F16) and offsets 8, 16 and 128 from bits 8, 7 and 4 on; with scales of
/// 18 bits (times a factor of seven) and 32 from bit 13; Q3_K's have 16, and 4: from bit 14. And a code must end below bit 23.
/// </remarks>
internal static class ExactPlaces
{
    private static readonly ExactPlace[] Low = [new(8, false), new(0, false), new(0, true), new(-8, true)];
    private static readonly ExactPlace[] High = [new(4, false), new(4, true), new(-12, false), new(-12, true)];      // the same of upper nibbles
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

    /// <summary>Whether there is a near place beside the far one.</summary>
    public static bool HasNear(ByteDotShape shape) => !shape.HasMinimum && shape.Bits is 4 or 8;

    /// <summary>The bit of the lane where a code begins.</summary>
    public static int Bit(ByteDotShape shape, bool far) => (shape.Bits, shape.HasMinimum) switch
    {
        (_, true) => 0,
        (4, _) => far ? 16 : 8,
        _ => far ? 15 : 7,
    };
}
