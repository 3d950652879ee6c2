using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

public unsafe class RopeTests
{
    [Fact]
    public void Neighbouring_pairs_and_halves_turn_by_the_same_angles()
    {
        // Two pairs (1, 0) and (0, 1), turned by 90 and 180 degrees.
        float[] cosines = [0, -1], sines = [1, 0];

        Assert.Equal([0, 1, 0, -1], Turn([1, 0, 0, 1], cosines, sines, interleaved: true));   // pairs (x0, x1), (x2, x3)
        Assert.Equal([0, 0, 1, -1], Turn([1, 0, 0, 1], cosines, sines, interleaved: false));  // pairs (x0, x2), (x1, x3)
    }

    [Fact]
    public void Only_the_first_dimensions_of_each_head_turn()
    {
        float[] x = [1, 2, 3, 4, 5, 6, 7, 8]; // two heads of four, one pair each
        Assert.Equal([-2, 1, 3, 4, -6, 5, 7, 8], Turn(x, [0], [1], interleaved: true));
        Assert.Equal([-2, 1, 3, 4, -6, 5, 7, 8], Turn(x, [0], [1], interleaved: false));
    }

    [Fact]
    public void Angles_are_of_position_times_frequency_and_exact_far_out()
    {
        double[] frequencies = [1, 0.01, 1e-4];
        float[] cosines = new float[3], sines = new float[3];
        foreach (int position in new[] { 0, 1, 4095, 131071, 1_000_000 })
        {
            fixed (float* c = cosines, s = sines) Rope.Angles(position, frequencies, 1f, c, s);
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(Math.Cos(position * frequencies[i]), cosines[i], 1e-7);
                Assert.Equal(Math.Sin(position * frequencies[i]), sines[i], 1e-7);
            }
        }
    }

    [Theory, InlineData(1, 2), InlineData(3, 6), InlineData(3, 20), InlineData(2, 64), InlineData(5, 38)]
    public void Halves_together_turn_as_each_pair_does_alone(int heads, int headDim)
    {
        Random random = new(3);
        foreach (int pairs in new[] { headDim / 2, headDim / 4 })  // all elements, and some that do not turn
        {
            float[] x = Values(heads * headDim), expected = [.. x], cosines = Values(pairs), sines = Values(pairs);
            fixed (float* values = x, plain = expected, c = cosines, s = sines)
            {
                Rope.Rotate(values, heads, headDim, pairs, interleaved: false, c, s);
                Rope.Scalar(plain, heads, headDim, 0, pairs, interleaved: false, c, s);
            }
            Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), x.Select(BitConverter.SingleToInt32Bits));
        }

        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
    }

    [Fact]
    public void Pairs_side_by_side_turn_as_each_does_alone()
    {
        const int Heads = 3, HeadDim = 20, Pairs = 9; // an odd one, and elements that do not turn
        Random random = new(2);
        float[] x = Values(Heads * HeadDim), expected = [.. x], cosines = Values(Pairs), sines = Values(Pairs);
        for (int head = 0; head < Heads; head++)
        {
            for (int i = 0; i < Pairs; i++)
            {
                int at = head * HeadDim + 2 * i;
                (float a, float b) = (expected[at], expected[at + 1]);
                expected[at] = MathF.FusedMultiplyAdd(a, cosines[i], -(b * sines[i]));
                expected[at + 1] = MathF.FusedMultiplyAdd(a, sines[i], b * cosines[i]);
            }
        }
        fixed (float* values = x, c = cosines, s = sines)
            Rope.Rotate(values, Heads, HeadDim, Pairs, interleaved: true, c, s);
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), x.Select(BitConverter.SingleToInt32Bits));

        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
    }

    private static float[] Turn(float[] x, float[] cosines, float[] sines, bool interleaved)
    {
        float[] turned = [.. x];
        fixed (float* values = turned, c = cosines, s = sines)
            Rope.Rotate(values, x.Length / 4, 4, cosines.Length, interleaved, c, s);
        return [.. turned.Select(v => v + 0f)]; // -0 is 0
    }
}
