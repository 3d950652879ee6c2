using System.Runtime.Intrinsics;
using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

/// <summary>The small kernels: each width of vector equal by bits to the plain twin, with tails and extremes.</summary>
public unsafe class WidthsTests
{
    private static readonly int[] Counts = [1, 7, 15, 16, 17, 31, 32, 33, 64, 100, 576];

    [Fact]
    public void Norms_are_equal_by_bits()
    {
        foreach (int count in Counts)
        {
            float[] x = Values(count, 1), weight = Values(count, 2);
            float[] expected = Run(count, to => Fix(x, weight, (a, b) => RmsNorm.Scalar(a, b, 1e-5f, count, to)));
            Same(expected, Run(count, to => Fix(x, weight, (a, b) => RmsNorm.Vector<Lanes128, F128, I128, B128>(a, b, 1e-5f, count, to))));
            if (Has(256)) Same(expected, Run(count, to => Fix(x, weight, (a, b) => RmsNorm.Vector<Lanes256, F256, I256, B256>(a, b, 1e-5f, count, to))));
            if (Has(512)) Same(expected, Run(count, to => Fix(x, weight, (a, b) => RmsNorm.Vector<Lanes512, F512, I512, B512>(a, b, 1e-5f, count, to))));
        }
    }

    [Fact]
    public void Layer_norms_are_near_the_formula_and_equal_by_bits()
    {
        foreach (int count in Counts)
        {
            float[] x = [.. Values(count, 1).Select(v => v + 100)], weight = Values(count, 2), bias = Values(count, 3);
            float[] expected = Run(count, to => Fix(x, weight, (a, b) => LayerNorm.Scalar(a, b, 1e-5f, count, to)));
            double mean = x.Average(v => (double)v), deviation = Math.Sqrt(x.Average(v => (v - mean) * (v - mean)) + 1e-5);
            for (int i = 0; i < count; i++)
                Assert.Equal((x[i] - mean) / deviation * weight[i], expected[i], 1e-4 * (1 + Math.Abs(weight[i])));

            Same(expected, Run(count, to => Fix(x, weight, (a, b) => LayerNorm.Vector<Lanes128, F128, I128, B128>(a, b, 1e-5f, count, to))));
            if (Has(256)) Same(expected, Run(count, to => Fix(x, weight, (a, b) => LayerNorm.Vector<Lanes256, F256, I256, B256>(a, b, 1e-5f, count, to))));
            if (Has(512)) Same(expected, Run(count, to => Fix(x, weight, (a, b) => LayerNorm.Vector<Lanes512, F512, I512, B512>(a, b, 1e-5f, count, to))));
            float[] biased = Run(count, to => Fix(x, weight, (a, b) => Fix(bias, bias, (c, _) => LayerNorm.Apply(a, b, c, 1e-5f, count, to))));
            Same([.. expected.Zip(bias, (value, by) => value + by)], biased);
        }
    }

    [Fact]
    public void Gated_activations_are_equal_by_bits()
    {
        foreach (int count in Counts)
        {
            float[] gate = Values(count, 3), up = Values(count, 4);
            if (count > 16) (gate[3], gate[4], gate[5]) = (1000f, -1000f, -0f);
            float[] expected = Run(count, to => Fix(gate, up, (a, b) => { Copy(a, to, count); SwiGlu.Scalar(to, b, count); }));
            Same(expected, Run(count, to => Fix(gate, up, (a, b) => { Copy(a, to, count); SwiGlu.Vector<Lanes128, F128, I128, B128>(to, b, count); })));
            if (Has(256)) Same(expected,
                Run(count, to => Fix(gate, up, (a, b) => { Copy(a, to, count); SwiGlu.Vector<Lanes256, F256, I256, B256>(to, b, count); })));
            if (Has(512)) Same(expected,
                Run(count, to => Fix(gate, up, (a, b) => { Copy(a, to, count); SwiGlu.Vector<Lanes512, F512, I512, B512>(to, b, count); })));
        }
    }

    [Fact]
    public void Exponentials_of_lanes_are_the_scalar_ones_by_bits()
    {
        Random random = new(5);
        float[] x = [.. Enumerable.Range(0, 16 * 4000).Select(_ => (float)((random.NextDouble() - 0.5) * 300))];
        float[] special = [0f, -0f, float.NegativeInfinity, float.PositiveInfinity, -104f, -103.98f, -87.34f, 88.72f, 88.73f, 89f, 1e-30f, -1e-30f, -1e30f,
            1e30f, -110f, 0.5f];
        special.CopyTo(x, 0);
        float[] expected = [.. x.Select(Elementary.Exp)];

        Same(expected, Run(x.Length, to => Each(x, (from, i) => Lanes128.Store(to + i, Lanes<Lanes128, F128, I128, B128>.Exp(Lanes128.Load(from + i))))));
        if (Has(256)) Same(expected,
            Run(x.Length, to => Each(x, (from, i) => Lanes256.Store(to + i, Lanes<Lanes256, F256, I256, B256>.Exp(Lanes256.Load(from + i))))));
        if (Has(512)) Same(expected,
            Run(x.Length, to => Each(x, (from, i) => Lanes512.Store(to + i, Lanes<Lanes512, F512, I512, B512>.Exp(Lanes512.Load(from + i))))));
    }

    [Fact]
    public void Sums_over_a_vocabulary_are_equal_by_bits()
    {
        foreach (int count in Counts)
        {
            float[] row = Values(count, 6);
            float max = Softmax.ScalarMax(row);
            fixed (float* values = row)
            {
                Assert.Equal(max, Softmax.Max<Lanes128, F128, I128, B128>(values, count));
                if (Has(256)) Assert.Equal(max, Softmax.Max<Lanes256, F256, I256, B256>(values, count));
                if (Has(512)) Assert.Equal(max, Softmax.Max<Lanes512, F512, I512, B512>(values, count));
            }
            float[] expected = Run(16, to => Fix(row, row, (a, _) => Softmax.ScalarAddExps(a, count, max, to)));
            Same(expected, Run(16, to => Fix(row, row, (a, _) => Softmax.AddExps<Lanes128, F128, I128, B128>(a, count, max, to))));
            if (Has(256)) Same(expected, Run(16, to => Fix(row, row, (a, _) => Softmax.AddExps<Lanes256, F256, I256, B256>(a, count, max, to))));
            if (Has(512)) Same(expected, Run(16, to => Fix(row, row, (a, _) => Softmax.AddExps<Lanes512, F512, I512, B512>(a, count, max, to))));
        }
    }

    [Fact]
    public void The_sums_of_an_entropy_are_equal_by_bits_and_the_first_is_that_of_the_logarithm()
    {
        foreach (int count in Counts)
        {
            float[] row = Values(count, 9);
            if (count > 16) (row[3], row[16]) = (float.NegativeInfinity, row.Max() - 103.5f);
            float max = Softmax.ScalarMax(row);
            float[] expected = Run(32, to => Fix(row, row, (a, _) => Entropy.ScalarAdd(a, count, max, to)));
            Same(expected, Run(32, to => Fix(row, row, (a, _) => Entropy.Add<Lanes128, F128, I128, B128>(a, count, max, to))));
            if (Has(256)) Same(expected, Run(32, to => Fix(row, row, (a, _) => Entropy.Add<Lanes256, F256, I256, B256>(a, count, max, to))));
            if (Has(512)) Same(expected, Run(32, to => Fix(row, row, (a, _) => Entropy.Add<Lanes512, F512, I512, B512>(a, count, max, to))));

            double sum = row.Sum(x => Math.Exp(x - max));
            double formula = row.Where(float.IsFinite).Sum(x => -Math.Exp(x - max) / sum * (x - max - Math.Log(sum)));
            Assert.Equal(formula, Entropy.Of(row, out float largest, out double log), 1e-5);
            Assert.Equal((Softmax.LogSum(row, out float other), other), (log, largest));
        }
        foreach (float[] row in (float[][])[[1, float.NaN, 2], [1, float.PositiveInfinity], [.. new float[20], float.NaN], [float.NegativeInfinity]])
        {
            Entropy.Of(row, out float largest, out double log);
            Assert.Equal((Softmax.LogSum(row, out float other), other), (log, largest));
        }
    }

    [Fact]
    public void A_number_that_is_none_makes_the_maximum_none_wherever_it_stands()
    {
        for (int at = 0; at < 40; at++)
        {
            float[] row = Values(40, 7);
            row[at] = float.NaN;
            Assert.True(float.IsNaN(Softmax.Max(row)));
        }
    }

    [Fact]
    public void Of_equally_large_elements_the_first_is_found_wherever_they_stand()
    {
        foreach (int count in (int[])[1, 5, 16, 17, 40])
        {
            for (int first = 0; first < count; first++)
            {
                foreach (float largest in (float[])[9, 0, -3, float.NegativeInfinity])
                {
                    float[] row = new float[count];
                    Array.Fill(row, float.IsNegativeInfinity(largest) ? largest : largest - 1);
                    for (int at = first; at < count; at += 3) row[at] = largest;
                    if (largest == 0) row[first] = -0f;     // as large as 0
                    int expected = Softmax.ScalarIndexOfMax(row);
                    Assert.Equal(float.IsNegativeInfinity(largest) ? 0 : first, expected);
                    fixed (float* values = row)
                    {
                        Assert.Equal(expected, Softmax.IndexOfMax<Lanes128, F128, I128, B128>(values, count));
                        if (Has(256)) Assert.Equal(expected, Softmax.IndexOfMax<Lanes256, F256, I256, B256>(values, count));
                        if (Has(512)) Assert.Equal(expected, Softmax.IndexOfMax<Lanes512, F512, I512, B512>(values, count));
                    }
                }
            }
        }
    }

    [Fact]
    public void Quantised_activations_are_equal_by_bits()
    {
        const int Columns = 32 * 40;
        float[] x = Values(Columns, 8);
        Array.Clear(x, 0, 32);
        Array.Fill(x, 0.25f, 32, 32);                        // ties: the first is kept apart
        Array.Fill(x, -0.25f, 64, 16);
        (x[96], x[97], x[98]) = (127f, 63.5f, -0.5f);        // halves: to even
        ActivationBlock[] expected = new ActivationBlock[40], found = new ActivationBlock[40];
        fixed (float* from = x)
        fixed (ActivationBlock* a = expected, b = found)
        {
            ActivationQuantizer.Scalar(from, Columns, a, 1);
            ActivationQuantizer.Vector<Lanes128, F128, I128, B128>(from, Columns, b, 1);
            Compare(a, b);
            if (Has(256))
            {
                ActivationQuantizer.Vector<Lanes256, F256, I256, B256>(from, Columns, b, 1);
                Compare(a, b);
            }
            if (Has(512))
            {
                ActivationQuantizer.Vector<Lanes512, F512, I512, B512>(from, Columns, b, 1);
                Compare(a, b);
            }
            Assert.Equal(0, a[1].LargestColumn);
            Assert.Equal(0.25f, a[1].Largest);
        }

        static void Compare(ActivationBlock* a, ActivationBlock* b)
        {
            for (int i = 0; i < 40; i++)
            {
                for (int k = 0; k < 32; k++)
                    Assert.Equal(a[i].Codes[k], b[i].Codes[k]);
                Assert.Equal((a[i].Scale, a[i].Largest, a[i].LargestColumn, a[i].LowSum, a[i].HighSum),
                    (b[i].Scale, b[i].Largest, b[i].LargestColumn, b[i].LowSum, b[i].HighSum));
            }
        }
    }

    [Fact]
    public void A_block_with_what_is_no_number_is_spoilt_whole_and_tiny_ones_are_zeros_on_every_width()
    {
        for (int at = 0; at < 32; at++)
        {
            foreach (float bad in new[] { float.NaN, float.PositiveInfinity })
            {
                float[] x = Values(32, 10);
                x[at] = bad;
                if (float.IsInfinity(bad)) x[(at + 7) % 32] = float.NegativeInfinity;
                foreach (ActivationBlock block in EachWidth(x))
                    Assert.True(float.IsNaN(block.Scale) && block.Sum == 0);
            }
        }
        foreach (float second in new[] { 1e-38f, 3.7e-37f, 9e-37f, 1e-45f })
        {
            float[] x = new float[32];
            (x[3], x[20]) = (second, 1e-30f);
            foreach (ActivationBlock block in EachWidth(x))
                Assert.True(block.Largest == 1e-30f && block.Sum == 0 && float.IsFinite(block.Scale));
        }
    }

    private static List<ActivationBlock> EachWidth(float[] x)
    {
        List<ActivationBlock> blocks = [];
        ActivationBlock block;
        fixed (float* from = x)
        {
            ActivationQuantizer.Scalar(from, 32, &block, 1);
            blocks.Add(block);
            ActivationQuantizer.Vector<Lanes128, F128, I128, B128>(from, 32, &block, 1);
            blocks.Add(block);
            if (Has(256)) ActivationQuantizer.Vector<Lanes256, F256, I256, B256>(from, 32, &block, 1);
            blocks.Add(block);
            if (Has(512)) ActivationQuantizer.Vector<Lanes512, F512, I512, B512>(from, 32, &block, 1);
            blocks.Add(block);
        }
        return blocks;
    }

    [Fact]
    public void F16_rounds_as_the_runtime_does_and_reads_back_exactly()
    {
        Random random = new(9);
        for (int bits = 0; bits < 0x10000; bits++)
        {
            Half half = BitConverter.UInt16BitsToHalf((ushort)bits);
            if (!Half.IsFinite(half)) continue;
            Assert.Equal((float)half, F16.ToFloat((ushort)bits));
            Assert.Equal(bits, F16.FromFloat((float)half));
        }
        for (int i = 0; i < 200_000; i++)
        {
            float value = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            if (!float.IsFinite(value)) continue;
            Half expected = (Half)value;
            ushort clamped = Half.IsInfinity(expected) ? (ushort)(value < 0 ? 0xFBFF : 0x7BFF) : BitConverter.HalfToUInt16Bits(expected);
            Assert.Equal(clamped, F16.FromFloat(value));
        }
    }

    [Fact]
    public void Every_finite_F16_widens_in_lanes_as_it_does_alone()
    {
        ushort[] halves = [.. Enumerable.Range(0, 0x10000).Select(bits => (ushort)bits).Where(bits => (bits & 0x7C00) != 0x7C00)];
        float[] expected = [.. halves.Select(F16.ToFloat)];
        fixed (ushort* from = halves)
        {
            ushort* start = from;
            Same(expected, Run(expected.Length, to => { for (int i = 0; i < expected.Length; i += 16) Lanes128.Store(to + i, Lanes128.LoadHalf(start + i)); }));
            if (Has(256)) Same(expected,
                Run(expected.Length, to => { for (int i = 0; i < expected.Length; i += 16) Lanes256.Store(to + i, Lanes256.LoadHalf(start + i)); }));
            if (Has(512)) Same(expected,
                Run(expected.Length, to => { for (int i = 0; i < expected.Length; i += 16) Lanes512.Store(to + i, Lanes512.LoadHalf(start + i)); }));
        }
    }

    [Fact]
    public void A_row_narrows_to_F16_in_lanes_as_each_value_does_alone()
    {
        Random random = new(11);
        List<float> values = [];
        for (int bits = 0; bits < 0x7BFF; bits++) // every F16, what lies half way to the next, and its neighbours
        {
            float half = (F16.ToFloat((ushort)bits) + F16.ToFloat((ushort)(bits + 1))) / 2;
            values.AddRange([F16.ToFloat((ushort)bits), half, -half, MathF.BitIncrement(half), MathF.BitDecrement(half)]);
        }
        values.AddRange([0f, -0f, 65504f, 65519.99f, 65520f, -65536f, 1e30f, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon]);
        values.AddRange(Enumerable.Range(0, 100_000).Select(_ => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)))
            .Where(v => !float.IsNaN(v)));
        float[] row = [.. values];
        ushort[] expected = new ushort[row.Length], found = new ushort[row.Length];
        fixed (float* from = row)
        fixed (ushort* a = expected, b = found)
        {
            HalfRow.Scalar(from, row.Length, a);
            HalfRow.Vector<Lanes128, F128, I128, B128>(from, row.Length, b);
            Assert.Equal(expected, found);
            Array.Clear(found);
            if (Has(256)) HalfRow.Vector<Lanes256, F256, I256, B256>(from, row.Length, b);
            if (Has(256)) Assert.Equal(expected, found);
            Array.Clear(found);
            if (Has(512)) HalfRow.Vector<Lanes512, F512, I512, B512>(from, row.Length, b);
            if (Has(512)) Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void Products_of_bytes_without_SSE_are_those_by_hand()
    {
        Random random = new(14);
        byte[] a = new byte[16];
        sbyte[] b = new sbyte[16];
        for (int round = 0; round < 2000; round++)
        {
            for (int i = 0; i < 16; i++)
            {
                a[i] = (byte)(round == 0 ? 127 : random.Next(128));         // two products of 7 and 8 bits fit int16: the kernels' codes have no more
                b[i] = (sbyte)(round == 0 ? -128 : random.Next(-128, 128));
            }
            Vector128<byte> pairs = Lanes128.PortablePairs(Vector128.Create(a), Vector128.Create(b).AsByte());
            Vector128<int> sums = Lanes128.PortableNeighbours(pairs);
            for (int i = 0; i < 8; i++)
                Assert.Equal(a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1], pairs.AsInt16()[i]);
            for (int i = 0; i < 4; i++)
                Assert.Equal(pairs.AsInt16()[2 * i] + pairs.AsInt16()[2 * i + 1], sums[i]);
        }
    }

    private delegate void OnArray(float* to);

    private delegate void OnTwo(float* a, float* b);

    private delegate void OnSixteen(float* from, int i);

    private static bool Has(int width) => (int)KernelPath.Widest >= width;

    private static float[] Values(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 2))))];
    }

    private static float[] Run(int count, OnArray fill)
    {
        float[] result = new float[count];
        fixed (float* to = result) fill(to);
        return result;
    }

    private static void Fix(float[] first, float[] second, OnTwo use)
    {
        fixed (float* a = first, b = second) use(a, b);
    }

    private static void Each(float[] x, OnSixteen use)
    {
        fixed (float* from = x)
        {
            for (int i = 0; i < x.Length; i += 16) use(from, i);
        }
    }

    private static void Copy(float* from, float* to, int count) => new Span<float>(from, count).CopyTo(new Span<float>(to, count));

    private static void Same(float[] expected, float[] found) =>
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), found.Select(BitConverter.SingleToInt32Bits));
}
