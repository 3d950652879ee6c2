namespace Sandglass.Kernels;

// Sine and cosine, in double, for RoPE's tables: angles are a position times a frequency.
internal static partial class Elementary
{
    /// <summary>The largest |angle| in radians that <see cref="SinCos"/> reduces; beyond it the results are NaN.</summary>
    internal const double LargestAngle = 35184372088832; // 2^45

    // pi/2 in three parts of 53 bits
    private const double HalfPi = 1.5707963267948966;
    private const double HalfPiMiddle = 6.123233995736766e-17;
    private const double HalfPiLow = -1.4973849048591698e-33;
    private const double TwoOverPi = 0.6366197723675814;

    /// <summary>The sine of an angle in radians, at most <see cref="LargestAngle"/>.</summary>
    internal static double Sin(double x) => SinCos(x).Sin;

    /// <summary>The cosine of an angle in radians, at most <see cref="LargestAngle"/>.</summary>
    internal static double Cos(double x) => SinCos(x).Cos;

    /// <summary>Sine and cosine of an angle in radians, at most <see cref="LargestAngle"/>.</summary>
    internal static (double Sin, double Cos) SinCos(double x)
    {
        if (!(Math.Abs(x) <= LargestAngle)) return (double.NaN, double.NaN);
        if (Math.Abs(x) < 7.450580596923828e-09) return (x, 1);            // below 2^-27 x^2/2 is below half an ulp of 1; keeps -0

        // x = n pi/2 + r + lost, |r| <= pi/4 (Cody and Waite, with fma)
        double shifted = Math.FusedMultiplyAdd(x, TwoOverPi, RoundMagic64);
        double n = shifted - RoundMagic64;
        double high = Math.FusedMultiplyAdd(-n, HalfPi, x);                  // exact: a multiple of 2^-53 below 1
        double middle = n * HalfPiMiddle;
        double middleLow = Math.FusedMultiplyAdd(n, HalfPiMiddle, -middle);
        double r = high - middle;
        double back = high - r;                                              // TwoSum (Knuth), as either may be the larger
        double lost = high - (r + back) + (back - middle);
        lost = Math.FusedMultiplyAdd(-n, HalfPiLow, lost - middleLow);

        double sine = SinOfRemainder(r, lost);
        double cosine = CosOfRemainder(r, lost);
        return (BitConverter.DoubleToInt64Bits(shifted) & 3) switch          // the low bits of the sum are n's
        {
            0 => (sine, cosine),
            1 => (cosine, -sine),
            2 => (-sine, -cosine),
            _ => (-cosine, sine),
        };
    }

    // Taylor to r^17: the first term left out is below 1e-19 of the result
    private static double SinOfRemainder(double r, double lost)
    {
        double r2 = r * r;
        double p = Math.FusedMultiplyAdd(1 / 355687428096000.0, r2, -1 / 1307674368000.0);
        p = Math.FusedMultiplyAdd(p, r2, 1 / 6227020800.0);
        p = Math.FusedMultiplyAdd(p, r2, -1 / 39916800.0);
        p = Math.FusedMultiplyAdd(p, r2, 1 / 362880.0);
        p = Math.FusedMultiplyAdd(p, r2, -1 / 5040.0);
        p = Math.FusedMultiplyAdd(p, r2, 1 / 120.0);
        p = Math.FusedMultiplyAdd(p, r2, -1 / 6.0);
        return r + Math.FusedMultiplyAdd(r * r2, p, Math.FusedMultiplyAdd(lost, -0.5 * r2, lost));
    }

    // Taylor to r^16: the first term left out is below 3e-18 of the result
    private static double CosOfRemainder(double r, double lost)
    {
        double r2 = r * r;
        double p = Math.FusedMultiplyAdd(1 / 20922789888000.0, r2, -1 / 87178291200.0);
        p = Math.FusedMultiplyAdd(p, r2, 1 / 479001600.0);
        p = Math.FusedMultiplyAdd(p, r2, -1 / 3628800.0);
        p = Math.FusedMultiplyAdd(p, r2, 1 / 40320.0);
        p = Math.FusedMultiplyAdd(p, r2, -1 / 720.0);
        p = Math.FusedMultiplyAdd(p, r2, 1 / 24.0);

        double half = 0.5 * r2;
        double w = 1 - half;
        double rounding = 1 - w - half + Math.FusedMultiplyAdd(-0.5 * r, r, half);
        return w + Math.FusedMultiplyAdd(r2 * r2, p, rounding - r * lost);
    }
}
