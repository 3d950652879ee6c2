using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

// What is taken down of the weights: the formula's, the same on every width and however it is cut, and nothing else is changed by it.
public unsafe partial class AttentionTests
{
    // first position, tokens, watched from, query heads, heads of keys and values, window, sinks, cap
    [Theory, InlineData(0, 1, 0, 1, 1, 0, 0, 0), InlineData(0, 40, 39, 6, 2, 0, 0, 0), InlineData(300, 5, 2, 9, 3, 0, 0, 0),
        InlineData(513, 1, 0, 16, 1, 0, 0, 0), InlineData(4200, 1, 0, 9, 3, 0, 0, 0), InlineData(4100, 3, 1, 4, 2, 0, 0, 0),
        InlineData(0, 90, 60, 6, 2, 20, 4, 0), InlineData(700, 3, 0, 6, 2, 33, 40, 0), InlineData(1500, 9, 8, 6, 2, 600, 300, 0),
        InlineData(640, 70, 69, 6, 2, 31, 1, 0), InlineData(0, 90, 0, 6, 2, 20, 0, 1.5f), InlineData(250, 13, 12, 6, 2, 0, 0, 1.5f)]
    public void Weights_are_the_formulas_and_watching_changes_no_bit(
        int first, int tokens, int from, int heads, int kvHeads, int window, int sinks, float softCap)
    {
        foreach (CacheTypes types in Types[1..5])
        {
            using Case plain = new(types, first, tokens, heads, kvHeads, keyDim: 20, valueDim: 36, window, sinks, softCap);
            using Case watched = new(types, first, tokens, heads, kvHeads, keyDim: 20, valueDim: 36, window, sinks, softCap);
            watched.Watch(from);
            float[] output = plain.Run(ScalarAttention.Run);
            Same(output, watched.Run(ScalarAttention.Run));
            float[][] expected = All();
            for (int i = 0; i < expected.Length; i++)
            {
                double[] formula = watched.FormulaWeights(from + i / heads, i % heads);
                for (int t = 0; t < formula.Length; t++)
                    Assert.True(Math.Abs(formula[t] - expected[i][t]) < 1e-5 && formula[t] == 0 == (expected[i][t] == 0), $"{types}, row {i}, position {t}");
                Assert.Equal(1, expected[i].Sum(weight => (double)weight), 1e-5);
            }

            foreach (int cut in new[] { 1, int.MaxValue })
            {
                Check(watched.Run(Cut<Lanes128, F128, I128, B128>(cut)));
                if ((int)KernelPath.Widest >= 256) Check(watched.Run(Cut<Lanes256, F256, I256, B256>(cut)));
                if ((int)KernelPath.Widest >= 512) Check(watched.Run(Cut<Lanes512, F512, I512, B512>(cut)));
            }
            foreach (int threads in new[] { 1, 3 })
            {
                using WorkerPool pool = new(threads);
                Check(watched.Run(pool));
            }

            void Check(float[] found)
            {
                Same(output, found);
                float[][] weights = All();
                for (int i = 0; i < expected.Length; i++) Assert.True(expected[i].AsSpan().SequenceEqual(weights[i]), $"{types}, row {i}");
            }

            float[][] All() => [.. Enumerable.Range(0, (tokens - from) * heads).Select(i => watched.Weights(from + i / heads, i % heads))];
        }
    }

    [Theory, InlineData(1, 5), InlineData(9, 16), InlineData(3, 100)]
    public void Bytes_are_the_nearest_of_their_scale_on_every_width(int heads, int count)
    {
        const int Stride = 112;
        Random random = new(3);
        float[] weights = [.. Enumerable.Range(0, heads * Stride).Select(_ => (float)Math.Pow(random.NextDouble(), 6))];
        for (int head = 0; head < heads; head++) (weights[head * Stride], weights[head * Stride + 1], weights[head * Stride + 2]) = (0, 1, 1.0000001f);
        fixed (float* from = weights)
        {
            foreach (bool isMean in (bool[])[true, false])
            {
                byte[] expected = new byte[count], found = new byte[count + 16];
                for (int t = 0; t < count; t++)
                {
                    IEnumerable<float> own = Enumerable.Range(0, heads).Select(head => weights[head * Stride + t]);
                    expected[t] = (byte)Math.Round(255 * Math.Sqrt(isMean ? own.Average() : own.Max()));
                }
                foreach (int width in (int[])[0, 128, 256, 512])
                {
                    if (width > (int)KernelPath.Widest) continue;
                    Array.Fill(found, (byte)77);
                    fixed (byte* to = found)
                    {
                        if (width == 0) WeightBytes.Scalar(from, heads, Stride, 0, count, to, isMean);
                        if (width == 128) WeightBytes.Vector<Lanes128, F128, I128, B128>(from, heads, Stride, count, to, isMean);
                        if (width == 256) WeightBytes.Vector<Lanes256, F256, I256, B256>(from, heads, Stride, count, to, isMean);
                        if (width == 512) WeightBytes.Vector<Lanes512, F512, I512, B512>(from, heads, Stride, count, to, isMean);
                    }
                    Assert.Equal(expected, found[..count]);
                    Assert.All(found[count..], rest => Assert.Equal(77, rest));
                }
            }
        }
    }
}
