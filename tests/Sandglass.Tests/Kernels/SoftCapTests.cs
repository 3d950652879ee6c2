using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

/// <summary>Hyperbolic tangent, soft caps and GELU: near the formula in double, and each width of vector equal by bits to the plain twin.</summary>
public unsafe class SoftCapTests
{
    private static readonly int[] Counts = [1, 7, 15, 16, 17, 33, 100, 576];

    [Fact]
    public void Tanh_in_F32_is_within_three_ulps()
    {
        Random random = new(1);
        for (int i = 0; i < 300_000; i++)
        {
            float x = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 3)));
            float expected = (float)Math.Tanh(x), found = Elementary.Tanh(x);
            int apart = Math.Abs(BitConverter.SingleToInt32Bits(expected) - BitConverter.SingleToInt32Bits(found));   // of the same sign: ulps
            Assert.True(apart <= 3, $"tanh({x}) is {found}, expected {expected}");
        }
    }

    [Fact]
    public void Tanh_keeps_its_edges()
    {
        Assert.Equal([0f, 1f, -1f, 1f, -1f], new[] { 0f, float.PositiveInfinity, float.NegativeInfinity, 30f, -9.5f }.Select(Elementary.Tanh));
        Assert.True(float.IsNegative(Elementary.Tanh(-0f)));
        Assert.Equal(float.Epsilon, Elementary.Tanh(float.Epsilon));
        Assert.True(float.IsNaN(Elementary.Tanh(float.NaN)));
    }

    [Fact]
    public void Soft_caps_bound_and_are_equal_by_bits_on_every_width()
    {
        foreach (int count in Counts)
        {
            float[] values = Values(count, 2), expected = [.. values];
            fixed (float* to = expected) SoftCap.Scalar(to, count, 30f);
            for (int i = 0; i < count; i++)
                Assert.Equal(30 * Math.Tanh(values[i] / 30.0), expected[i], 1e-5);

            Same(expected, values, (to, _) => SoftCap.Vector<Lanes128, F128, I128, B128>(to, count, 30f));
            if (Has(256)) Same(expected, values, (to, _) => SoftCap.Vector<Lanes256, F256, I256, B256>(to, count, 30f));
            if (Has(512)) Same(expected, values, (to, _) => SoftCap.Vector<Lanes512, F512, I512, B512>(to, count, 30f));
            Same(expected, values, (to, _) => SoftCap.Apply(to, count, 30f));
        }
    }

    [Fact]
    public void Gelu_gates_are_near_the_formula_and_equal_by_bits_on_every_width()
    {
        foreach (int count in Counts)
        {
            float[] gate = Values(count, 3), up = Values(count, 4), expected = [.. gate];
            fixed (float* to = expected, by = up) GeGlu.Scalar(to, by, count);
            for (int i = 0; i < count; i++)
            {
                double x = gate[i], gelu = 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
                Assert.Equal(gelu * up[i], expected[i], 1e-6 * (1 + Math.Abs(gelu * up[i])));
            }

            Same(expected, gate, (to, by) => GeGlu.Vector<Lanes128, F128, I128, B128>(to, by, count), up);
            if (Has(256)) Same(expected, gate, (to, by) => GeGlu.Vector<Lanes256, F256, I256, B256>(to, by, count), up);
            if (Has(512)) Same(expected, gate, (to, by) => GeGlu.Vector<Lanes512, F512, I512, B512>(to, by, count), up);
            Same(expected, gate, (to, by) => GatedActivation.Apply(Activation.GeluTanh, to, by, count), up);
        }
    }

    [Fact]
    public void Gelu_without_a_gate_is_that_of_a_gate_times_one_on_every_width()
    {
        foreach (int count in Counts)
        {
            float[] x = Values(count, 3), ones = [.. x.Select(_ => 1f)], expected = [.. x];
            fixed (float* to = expected, by = ones) GeGlu.Scalar(to, by, count);

            Same(expected, x, (to, _) => Gelu.Scalar(to, count));
            Same(expected, x, (to, _) => Gelu.Vector<Lanes128, F128, I128, B128>(to, count));
            if (Has(256)) Same(expected, x, (to, _) => Gelu.Vector<Lanes256, F256, I256, B256>(to, count));
            if (Has(512)) Same(expected, x, (to, _) => Gelu.Vector<Lanes512, F512, I512, B512>(to, count));
            Same(expected, x, (to, _) => Gelu.Apply(to, count));
        }
    }

    [Fact]
    public void What_a_part_gives_is_added_element_by_element()
    {
        foreach (int count in Counts)
        {
            float[] x = Values(count, 5), part = Values(count, 6);
            Same([.. x.Zip(part, (a, b) => a + b)], x, (to, by) => Residual.Add(to, by, count), part);
        }
    }

    [Fact]
    public void A_factor_goes_on_element_by_element()
    {
        foreach (int count in Counts)
        {
            float[] x = Values(count, 5);
            Same([.. x.Select(value => value * 0.3f)], x, (to, _) => Scaling.Apply(to, count, 0.3f));
        }
    }

    private delegate void Kernel(float* to, float* by);

    private static bool Has(int width) => (int)KernelPath.Widest >= width;

    private static void Same(float[] expected, float[] values, Kernel kernel, float[]? by = null)
    {
        float[] found = [.. values];
        fixed (float* to = found, other = by ?? found) kernel(to, other);
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), found.Select(BitConverter.SingleToInt32Bits));
    }

    // small and large ones, zeros of both signs, and some far beyond any cap
    private static float[] Values(int count, int seed)
    {
        Random random = new(seed);
        float[] values = [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 3))))];
        if (count > 16) (values[3], values[4], values[5], values[6]) = (1e4f, -1e4f, -0f, 0f);
        return values;
    }
}
