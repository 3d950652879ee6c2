namespace Sandglass.Kernels;

// Logarithms and powers, in double. The logarithm is carried in two doubles (high + low, about 2^-66 relative): a power multiplies its error.
internal static partial class Elementary
{
    private const double Log2ELow = 2.0355273740931033e-17;       // log2 e - Log2E64
    private const double Third = 0.3333333333333333;
    private const double ThirdLow = 1.850371707708594e-17;        // 1/3 - Third

    /// <summary>The natural logarithm; negative infinity for 0, NaN for a negative x.</summary>
    internal static double Log(double x)
    {
        if (IsLogEdge(x, out double edge)) return edge;
        (double high, double low) = LogInTwo(x);
        return high + low;
    }

    /// <summary>The logarithm to base 2, exact for powers of two; negative infinity for 0, NaN for a negative x.</summary>
    internal static double Log2(double x)
    {
        if (IsLogEdge(x, out double edge)) return edge;
        (double high, double low) = LogOfMantissa(x, out long exponent);
        double product = high * Log2E64;
        low = Math.FusedMultiplyAdd(high, Log2E64, -product) + Math.FusedMultiplyAdd(high, Log2ELow, low * Log2E64);
        double sum = exponent + product;                          // the exponent is 0 or the larger of the two
        return sum + (exponent - sum + product + low);
    }

    /// <summary>x to the power y for x &gt;= 0, within 1 ulp; NaN for a negative x.</summary>
    internal static double Pow(double x, double y)
    {
        if (y == 0 || x == 1) return 1;
        if (double.IsNaN(y)) return y;
        if (x == 0) return y < 0 ? double.PositiveInfinity : 0;
        if (IsLogEdge(x, out double edge)) return double.IsNaN(edge) ? edge : y < 0 ? 0 : edge;

        (double high, double low) = LogInTwo(x);
        double product = high * y;
        if (!(Math.Abs(product) < 746)) return product > 0 ? double.PositiveInfinity : 0;
        return ExpOfSum(product, Math.FusedMultiplyAdd(high, y, -product) + low * y);
    }

    private static bool IsLogEdge(double x, out double value)
    {
        value = x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;
        return !(x > 0 && x < double.PositiveInfinity);
    }

    private static (double High, double Low) LogInTwo(double x)
    {
        (double high, double low) = LogOfMantissa(x, out long exponent);
        double shift = exponent * Ln2Hi64;                        // exact; 0 or larger than the mantissa's logarithm
        double sum = shift + high;
        return TwoSum(sum, shift - sum + high + Math.FusedMultiplyAdd(exponent, Ln2Lo64, low));
    }

    /// <summary>ln m in two doubles, where x = m 2^exponent and sqrt(1/2) &lt;= m &lt; sqrt 2; x positive and finite.</summary>
    private static (double High, double Low) LogOfMantissa(double x, out long exponent)
    {
        long subnormal = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 18014398509481984; // 2^54
            subnormal = -54;
        }
        // subtracting the bits of sqrt(1/2) lets the carry into the exponent choose the power nearest to x
        const long RootHalfBits = 0x3FE6A09E667F3BCD;
        long bits = BitConverter.DoubleToInt64Bits(x);
        long power = (bits - RootHalfBits) >> 52;
        exponent = power + subnormal;
        double m = BitConverter.Int64BitsToDouble(bits - (power << 52));

        // ln m = 2 atanh(s), s = (m - 1) / (m + 1), |s| <= 0.1716
        double top = m - 1;                                       // exact
        (double bottom, double bottomLow) = TwoSum(m, 1);
        double s = top / bottom;
        double sLow = (Math.FusedMultiplyAdd(-s, bottom, top) - s * bottomLow) / bottom;
        double s2 = s * s;
        double s2Low = Math.FusedMultiplyAdd(s, s, -s2) + 2 * s * sLow;

        // atanh(s) = s + s s^2 (1/3 + tail), tail = s^2/5 + s^4/7 + ...: at most 0.006, so one double is enough for it; the term left out is below 2^-69
        double tail = 1 / 27.0;
        tail = Math.FusedMultiplyAdd(tail, s2, 1 / 25.0);
        tail = Math.FusedMultiplyAdd(tail, s2, 1 / 23.0);
        tail = Math.FusedMultiplyAdd(tail, s2, 1 / 21.0);
        tail = Math.FusedMultiplyAdd(tail, s2, 1 / 19.0);
        tail = Math.FusedMultiplyAdd(tail, s2, 1 / 17.0);
        tail = Math.FusedMultiplyAdd(tail, s2, 1 / 15.0);
        tail = Math.FusedMultiplyAdd(tail, s2, 1 / 13.0);
        tail = Math.FusedMultiplyAdd(tail, s2, 1 / 11.0);
        tail = Math.FusedMultiplyAdd(tail, s2, 1 / 9.0);
        tail = Math.FusedMultiplyAdd(tail, s2, 1 / 7.0);
        tail = Math.FusedMultiplyAdd(tail, s2, 1 / 5.0);
        (double factor, double factorLow) = TwoSum(Third, tail * s2);
        factorLow += ThirdLow;

        (double cube, double cubeLow) = Product(s, sLow, s2, s2Low);
        (double rest, double restLow) = Product(cube, cubeLow, factor, factorLow);
        (double sum, double sumLow) = TwoSum(s, rest);
        (double high, double low) = TwoSum(sum, sumLow + sLow + restLow);
        return (2 * high, 2 * low);
    }

    /// <summary>a + b and what its rounding lost; |a| &gt;= |b| or a = 0.</summary>
    private static (double Sum, double Lost) TwoSum(double a, double b)
    {
        double sum = a + b;
        return (sum, a - sum + b);
    }

    private static (double High, double Low) Product(double a, double aLow, double b, double bLow)
    {
        double product = a * b;
        double low = Math.FusedMultiplyAdd(a, b, -product) + Math.FusedMultiplyAdd(a, bLow, aLow * b);
        return TwoSum(product, low);
    }
}
