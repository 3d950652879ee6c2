using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

// e^x and what is built on it, in double.
internal static partial class Elementary
{
    // ln 2 in two parts. The first has 32 significant bits, so n * Ln2Hi64 is exact for every exponent n of a double.
    internal const double Ln2Hi64 = 6.93147180369123816490e-01;
    internal const double Ln2Lo64 = 1.9082149292705877e-10;
    internal const double Log2E64 = 1.4426950408889634;
    internal const double RoundMagic64 = 6755399441055744.0; // 1.5 * 2^52

    /// <summary>e^x.</summary>
    internal static double Exp(double x) => ExpOfSum(x, 0);

    /// <summary>The hyperbolic tangent.</summary>
    internal static double Tanh(double x)
    {
        double size = Math.Abs(x);
        if (size < 3.725290298461914e-09) return x;                           // below 2^-28 x^3/3 is below half an ulp; keeps -0
        if (!(size < 22)) return double.IsNaN(x) ? x : Math.CopySign(1, x);  // 1 - tanh(22) = 2e-19

        // t = e^2|x| - 1 without cancellation, because the remainder's part comes without the 1; tanh = t / (t + 2)
        double tail = ExpMinusOne(2 * size, 0, out long n);
        double scale = PowerOfTwo64(n);
        (double t, double tLow) = TwoSum(scale - 1, scale * tail);
        double value = 1 - 2 / (t + 2);
        if (size < 0.5)
        {
            (double bottom, double bottomLow) = TwoSum(2, t);                // t < 1.72
            double quotient = t / bottom;
            value = quotient + (Math.FusedMultiplyAdd(-quotient, bottom, t) + tLow - quotient * bottomLow) / bottom;
        }
        return Math.CopySign(value, x);
    }

    /// <summary>e^(x + low), where low is a correction far smaller than an ulp's rounding would allow to keep in x.</summary>
    private static double ExpOfSum(double x, double low)
    {
        if (double.IsNaN(x)) return x;
        if (x > 709.8) return double.PositiveInfinity;
        if (x < -745.2) return 0;

        double value = 1 + ExpMinusOne(x, low, out long n);
        long half = n >> 1;
        return value * PowerOfTwo64(half) * PowerOfTwo64(n - half);          // only the last product rounds, when subnormal, or overflows
    }

    /// <summary>e^(x + low) = 2^n (1 + result), |result| at most about 0.42.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double ExpMinusOne(double x, double low, out long n)
    {
        double shifted = Math.FusedMultiplyAdd(x, Log2E64, RoundMagic64);
        double whole = shifted - RoundMagic64;
        n = BitConverter.DoubleToInt64Bits(shifted) - BitConverter.DoubleToInt64Bits(RoundMagic64);

        double high = Math.FusedMultiplyAdd(-whole, Ln2Hi64, x);             // exact
        low = Math.FusedMultiplyAdd(-whole, Ln2Lo64, low);
        double r = high + low;
        double lost = high - r + low;

        // e^r - 1 = r + r^2 p(r), Taylor to r^13: the first term left out is below 5e-18
        double p = Math.FusedMultiplyAdd(1 / 6227020800.0, r, 1 / 479001600.0);
        p = Math.FusedMultiplyAdd(p, r, 1 / 39916800.0);
        p = Math.FusedMultiplyAdd(p, r, 1 / 3628800.0);
        p = Math.FusedMultiplyAdd(p, r, 1 / 362880.0);
        p = Math.FusedMultiplyAdd(p, r, 1 / 40320.0);
        p = Math.FusedMultiplyAdd(p, r, 1 / 5040.0);
        p = Math.FusedMultiplyAdd(p, r, 1 / 720.0);
        p = Math.FusedMultiplyAdd(p, r, 1 / 120.0);
        p = Math.FusedMultiplyAdd(p, r, 1 / 24.0);
        p = Math.FusedMultiplyAdd(p, r, 1 / 6.0);
        p = Math.FusedMultiplyAdd(p, r, 0.5);
        return r + Math.FusedMultiplyAdd(r * r, p, lost);
    }

    /// <summary>2^n for -1022 &lt;= n &lt;= 1023, from its bits.</summary>
    private static double PowerOfTwo64(long n) => BitConverter.Int64BitsToDouble((n + 1023) << 52);
}
