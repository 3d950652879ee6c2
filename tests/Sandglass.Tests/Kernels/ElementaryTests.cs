using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

// The platform's libm (within 1 ulp itself) is the other party; the tests may use it, the engine may not.
public class ElementaryTests
{
    [Fact]
    public void Float_exp_is_within_one_ulp_over_every_exponent()
    {
        double worst = 0;
        for (uint bits = 0; bits < 0x42B20000; bits += 997)                     // 0 to 89; negatives beside it
        {
            float x = BitConverter.UInt32BitsToSingle(bits);
            worst = Math.Max(worst, UlpsF32(Math.Exp(x), Elementary.Exp(x)));
            worst = Math.Max(worst, UlpsF32(Math.Exp(-x), Elementary.Exp(-x)));
        }
        for (float x = -104.5f; x < -86f; x += 0.0007f) worst = Math.Max(worst, UlpsF32(Math.Exp(x), Elementary.Exp(x))); // subnormal results
        Assert.InRange(worst, 0.4, 1.0);
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(float.MinValue, 0f)]
    [InlineData(-104f, 0f)]
    [InlineData(-103.9f, float.Epsilon)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.MaxValue, float.PositiveInfinity)]
    [InlineData(88.73f, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void Float_exp_at_the_edges(float x, float expected) => Assert.Equal(expected, Elementary.Exp(x));

    // The bits are the promise: a change of the arithmetic must be meant.
    [Theory]
    [InlineData(1f, 0x402DF854u)]
    [InlineData(-1f, 0x3EBC5AB2u)]
    [InlineData(0.34657359f, 0x3FB504F3u)]
    [InlineData(88.722835f, 0x7F7FFF84u)]
    [InlineData(-87.5f, 0x006CB2BCu)]
    [InlineData(-100.25f, 0x00000015u)]
    public void Float_exp_has_these_bits(float x, uint bits) =>
        Assert.Equal(bits.ToString("X8"), BitConverter.SingleToUInt32Bits(Elementary.Exp(x)).ToString("X8"));

    [Theory]
    [InlineData("exp", 0.34, 0x3FF67AAA532108BE)]
    [InlineData("exp", -745.0, 1)]
    [InlineData("log", 10.0, 0x40026BB1BBB55516)]
    [InlineData("log2", 3.0, 0x3FF95C01A39FBD68)]
    [InlineData("sin", 131071.0, unchecked((long)0xBFE268613F60BABC))]
    [InlineData("cos", 131071.0, unchecked((long)0xBFEA2CEBBB513E7C))]
    [InlineData("tanh", 0.7, 0x3FE356FB17AF2E90)]
    [InlineData("pow", 10000.0, 0x3F984869F47F170F)]
    public void Double_functions_have_these_bits(string name, double x, long bits)
    {
        double value = name switch
        {
            "exp" => Elementary.Exp(x),
            "log" => Elementary.Log(x),
            "log2" => Elementary.Log2(x),
            "sin" => Elementary.Sin(x),
            "cos" => Elementary.Cos(x),
            "tanh" => Elementary.Tanh(x),
            _ => Elementary.Pow(x, -2 * 13 / 64.0),
        };
        Assert.Equal(bits.ToString("X16"), BitConverter.DoubleToInt64Bits(value).ToString("X16"));
    }

    [Fact]
    public void Exp_is_within_an_ulp_of_libm()
    {
        double worst = 0;
        foreach (double x in Spread(-745, 709.7, 200_000)) worst = Math.Max(worst, Ulps(Math.Exp(x), Elementary.Exp(x)));
        foreach (double x in Spread(-1, 1, 100_000)) worst = Math.Max(worst, Ulps(Math.Exp(x), Elementary.Exp(x)));
        Assert.InRange(worst, 0, 1);
    }

    [Fact]
    public void Log_and_log2_are_within_an_ulp_of_libm()
    {
        double worst = 0, worst2 = 0;
        foreach (double x in Spread(0.4, 2.5, 100_000).Concat(Spread(-740, 709, 100_000).Select(Math.Exp)))
        {
            worst = Math.Max(worst, Ulps(Math.Log(x), Elementary.Log(x)));
            worst2 = Math.Max(worst2, Ulps(Math.Log2(x), Elementary.Log2(x)));
        }
        Assert.InRange(worst, 0, 1);
        Assert.InRange(worst2, 0, 1);
    }

    [Fact]
    public void Log2_of_a_power_of_two_is_exact()
    {
        for (int n = -1074; n <= 1023; n++) Assert.Equal(n, Elementary.Log2(Math.ScaleB(1, n)));
    }

    [Theory]
    [InlineData(4.0)]
    [InlineData(1e3)]
    [InlineData(1e7)]
    [InlineData(1e12)]
    public void Sine_and_cosine_are_within_an_ulp_of_libm(double range)
    {
        double worst = 0;
        foreach (double x in Spread(-range, range, 200_000))
        {
            worst = Math.Max(worst, Ulps(Math.Sin(x), Elementary.Sin(x)));
            worst = Math.Max(worst, Ulps(Math.Cos(x), Elementary.Cos(x)));
        }
        Assert.InRange(worst, 0, 1);
    }

    // Where an argument lies next to a multiple of pi/2 the reduction has to keep the digits: the doubles nearest to n pi/2.
    [Fact]
    public void Sine_and_cosine_keep_their_digits_beside_a_multiple_of_half_pi()
    {
        for (int n = 1; n < 6_000_000; n += 1 + n / 50)
        {
            double x = n * (Math.PI / 2);
            Assert.InRange(Ulps(Math.Sin(x), Elementary.Sin(x)), 0, 1);
            Assert.InRange(Ulps(Math.Cos(x), Elementary.Cos(x)), 0, 1);
        }
    }

    // glibc is itself up to 2.1 ulp away from the true value here
    [Fact]
    public void Tanh_is_within_three_ulps_of_libm()
    {
        double worst = 0;
        foreach (double x in Spread(-23, 23, 100_000).Concat(Spread(-1, 1, 100_000)).Concat(Spread(-1e-3, 1e-3, 10_000)))
            worst = Math.Max(worst, Ulps(Math.Tanh(x), Elementary.Tanh(x)));
        Assert.InRange(worst, 0, 3);
    }

    [Fact]
    public void Pow_is_within_an_ulp_of_libm()
    {
        double worst = 0;
        foreach (double theta in new double[] { 10_000, 500_000, 1_000_000, 2, 0.37 })
        {
            for (int d = 32; d <= 256; d += 32)
                for (int i = 0; i < d / 2; i++) worst = Math.Max(worst, Ulps(Math.Pow(theta, -2.0 * i / d), Elementary.Pow(theta, -2.0 * i / d)));
        }
        foreach (double y in Spread(-700, 700, 100_000)) worst = Math.Max(worst, Ulps(Math.Pow(2.71, y), Elementary.Pow(2.71, y)));
        Assert.InRange(worst, 0, 1);
    }

    [Theory]
    [InlineData(0, 0), InlineData(0, 1), InlineData(0, -1), InlineData(1, double.NaN), InlineData(1, double.PositiveInfinity), InlineData(double.NaN, 0)]
    [InlineData(double.NaN, 1), InlineData(2, double.NaN), InlineData(2, double.PositiveInfinity), InlineData(2, double.NegativeInfinity)]
    [InlineData(0.5, double.PositiveInfinity), InlineData(0.5, double.NegativeInfinity), InlineData(double.PositiveInfinity, 2)]
    [InlineData(double.PositiveInfinity, -2), InlineData(double.PositiveInfinity, double.NegativeInfinity), InlineData(2, 1024), InlineData(4, 511.5)]
    [InlineData(2, -1074), InlineData(2, -1076), InlineData(double.Epsilon, 0.5), InlineData(double.Epsilon, -1), InlineData(double.MaxValue, 1),
        InlineData(-1, 0.5)]
    public void Pow_at_the_edges_is_libms(double x, double y) => Assert.Equal(Math.Pow(x, y), Elementary.Pow(x, y));

    [Theory]
    [InlineData(0.0), InlineData(1e-300), InlineData(-1e-300), InlineData(double.Epsilon), InlineData(1e-20), InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity), InlineData(double.NegativeInfinity), InlineData(double.MaxValue), InlineData(double.MinValue), InlineData(1.0),
        InlineData(-1.0)]
    public void The_others_at_the_edges_are_libms(double x)
    {
        AssertBits(Math.Exp(x), Elementary.Exp(x));
        AssertBits(Math.Log(x), Elementary.Log(x));
        AssertBits(Math.Log2(x), Elementary.Log2(x));
        AssertBits(Math.Tanh(x), Elementary.Tanh(x));
        if (Math.Abs(x) > Elementary.LargestAngle) return;
        AssertBits(Math.Sin(x), Elementary.Sin(x));
        AssertBits(Math.Cos(x), Elementary.Cos(x));
    }

    [Fact]
    public void Minus_zero_is_treated_as_libm_does()
    {
        The_others_at_the_edges_are_libms(-0.0);
        Assert.Equal(1f, Elementary.Exp(-0f));
    }

    [Fact]
    public void An_angle_too_large_to_reduce_is_not_a_number()
    {
        Assert.Equal((double.NaN, double.NaN), Elementary.SinCos(1e300));
        Assert.Equal((double.NaN, double.NaN), Elementary.SinCos(double.PositiveInfinity));
        Assert.Equal(Elementary.SinCos(3.5), (Elementary.Sin(3.5), Elementary.Cos(3.5)));
    }

    private static IEnumerable<double> Spread(double from, double to, int count)
    {
        for (int i = 0; i <= count; i++) yield return from + (to - from) * (i + 0.382 * (i % 7) / 7) / (count + 1);
    }

    private static void AssertBits(double expected, double found)
    {
        if (double.IsNaN(expected)) Assert.True(double.IsNaN(found));
        else Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(found));
    }

    private static double Ulps(double expected, double found) => Math.Abs(found - expected) / (Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected));

    private static double UlpsF32(double expected, float found)
    {
        if (expected > float.MaxValue) return float.IsPositiveInfinity(found) ? 0 : found == float.MaxValue
            && expected < float.MaxValue * (1 + 6e-8) ? 1 : double.PositiveInfinity;
        if (float.IsPositiveInfinity(found)) return expected > float.MaxValue * (1 - 6e-8) ? 1 : double.PositiveInfinity;
        float near = (float)expected;
        return Math.Abs(found - expected) / ((double)MathF.BitIncrement(near) - near);
    }
}
