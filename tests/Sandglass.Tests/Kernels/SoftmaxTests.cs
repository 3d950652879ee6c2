using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

public class SoftmaxTests
{
    [Theory]
    [InlineData(1), InlineData(4), InlineData(15), InlineData(16), InlineData(17), InlineData(33), InlineData(512), InlineData(49_152)]
    public void Log_sum_exp_is_the_double_sum_within_a_few_ulps(int length)
    {
        float[] row = Rows.Random(length, seed: 3);
        double max = row.Max();
        double exact = max + Math.Log(row.Sum(v => Math.Exp(v - max)));
        Assert.Equal(exact, LogSumExp(row), 2e-6 * Math.Abs(exact));
    }

    // the bits are the promise: a change of the order or of exp must be meant
    [Fact]
    public void Log_sum_exp_has_these_bits()
    {
        Assert.Equal("40B7C156", BitConverter.SingleToUInt32Bits(LogSumExp(Rows.Random(1000, seed: 1))).ToString("X8"));
        Assert.Equal("40E456A5", BitConverter.SingleToUInt32Bits(LogSumExp(Rows.Random(4099, seed: 2))).ToString("X8"));
    }

    [Fact]
    public void Log_sum_exp_takes_lanes_in_a_fixed_tree()
    {
        float[] row = Rows.Random(53, seed: 9);
        float max = row.Max();
        float Lane(int lane) => row.Where((_, i) => i % 16 == lane).Aggregate(0f, (sum, v) => sum + Elementary.Exp(v - max));
        float Tree(int lane, int width) => width == 16 ? Lane(lane) : Tree(lane, width * 2) + Tree(lane + width, width * 2);
        Assert.Equal((float)(max + Elementary.Log(Tree(0, 1))), LogSumExp(row));
    }

    [Fact]
    public void Edges()
    {
        const float Inf = float.PositiveInfinity;
        Assert.Equal(float.NaN, LogSumExp([1, float.NaN, 2]));
        Assert.Equal(float.NaN, LogSumExp([1, Inf]));
        Assert.Equal(-Inf, LogSumExp([-Inf, -Inf]));
        Assert.Equal(-Inf, LogSumExp([]));
        Assert.Equal(3f, LogSumExp([-Inf, 3, -Inf]));
        Assert.Equal(1000.69315f, LogSumExp([1000, 1000]));
        Assert.Equal(float.NaN, Softmax.Max([float.NaN, 2]));
        Assert.Equal(0u, BitConverter.SingleToUInt32Bits(Softmax.Max([-0f])));
    }

    private static float LogSumExp(ReadOnlySpan<float> row)
    {
        double log = Softmax.LogSum(row, out float max);
        return (float)(max + log);
    }
}
