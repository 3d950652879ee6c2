using System.Runtime.Intrinsics;
using Sandglass.Kernels;
using Sandglass.Sampling;

namespace Sandglass.Tests.Sampling;

/// <summary>What choosing does in lanes: each width equal to the plain loop, bit for bit, with tails, ties and what the model forbids.</summary>
public unsafe class RowWidthsTests
{
    private const float Never = float.NegativeInfinity;
    private static readonly int[] Lengths = [1, 2, 3, 7, 8, 15, 16, 17, 33, 100, 1000, 9000];

    [Fact]
    public void Weights_and_rungs_are_the_plain_ones()
    {
        ForEachRow((row, max) =>
        {
            ulong[] weights = [.. row.Select(logit => Weights.Of(logit, max))], rungs = [.. row.Select(logit => (ulong)Weights.Rung(logit, max))];
            ulong[] found = new ulong[row.Length], foundRungs = new ulong[row.Length];
            fixed (float* logits = row)
            fixed (ulong* to = found, steps = foundRungs)
            {
                foreach (int width in (int[])[0, 128, 256, 512])
                {
                    if (width > (int)KernelPath.Widest) continue;
                    Array.Fill(found, 7UL);
                    if (width == 0) Weights.Scalar(logits, 0, row.Length, max, to, steps);
                    if (width == 128) Weights.Vector<DoubleLanes128, Vector128<double>>(logits, row.Length, max, to, steps);
                    if (width == 256) Weights.Vector<DoubleLanes256, Vector256<double>>(logits, row.Length, max, to, steps);
                    if (width == 512) Weights.Vector<DoubleLanes512, Vector512<double>>(logits, row.Length, max, to, steps);
                    Assert.Equal(weights, found);
                    Assert.Equal(rungs, foundRungs);
                }
            }
        });
    }

    [Fact]
    public void Sums_of_weights_are_the_plain_ones()
    {
        ForEachRow((row, max) =>
        {
            foreach (double distance in (double[])[0, 1, 5, 20])
            {
                float near = (float)(max - distance), middle = (float)(max - distance - 4);
                WeightSums expected = PlainSums(row, max, near, middle);
                fixed (float* logits = row)
                {
                    Assert.Equal(expected, WeightSums.Scalar(logits, 0, row.Length, max, near, middle));
                    Assert.Equal(expected, WeightSums.Vector<DoubleLanes128, Vector128<double>>(logits, row.Length, max, near, middle));
                    if (Has(256)) Assert.Equal(expected, WeightSums.Vector<DoubleLanes256, Vector256<double>>(logits, row.Length, max, near, middle));
                    if (Has(512)) Assert.Equal(expected, WeightSums.Vector<DoubleLanes512, Vector512<double>>(logits, row.Length, max, near, middle));
                    if (distance < 6) Assert.Equal(expected, WeightSums.Of(row, max, near, middle));
                    Assert.Equal(expected.Near, WeightSums.From(row, max, near));
                }
            }
        });
    }

    [Fact]
    public void Weights_that_F32_is_sure_of_are_those_of_F64()
    {
        ForEachRow((row, max) =>
        {
            foreach (float floor in (float[])[max, max - 6, max - 12, max - 15, Never, float.MinValue]) SameFarWeights(row, max, floor);
        });
    }

    // from where only some are sure to where all are 0, in steps that hit every kind of rounding
    [Theory]
    [InlineData(0f), InlineData(15.75f), InlineData(-3.0000002f), InlineData(3000.1f), InlineData(-1e6f), InlineData(1e30f)]
    public void So_they_are_at_every_distance(float max)
    {
        const int Steps = 200_000;
        float[] row = [.. Enumerable.Range(0, Steps).Select(i => (float)(max - 9 - i * (16.0 / Steps)))];
        int left = Math.Max(SameFarWeights(row, max, float.MinValue), SameFarWeights(row, max, (float)(max - 15.0)));
        if (MathF.Abs(max) < 1e6f) Assert.InRange(left, 1, Steps / 8);
        float nearest = (float)(max - FarWeights.Nearest);
        Assert.Equal(0UL, FarSum(KernelPath.Widest, [.. row.Where(logit => (double)max - logit <= FarWeights.Nearest), .. row[..16]], max, nearest, out _));
        Assert.Equal(PlainSums(row, max, nearest, nearest).All, WeightSums.Of(row, max, max, max).All);
        Assert.Equal(PlainSums(row, max, (float)(max - 13.0), max).Near, WeightSums.From(row, max, (float)(max - 13.0)));
    }

    private static int SameFarWeights(float[] row, float max, float floor)
    {
        int most = 0;
        foreach (KernelWidth width in Enum.GetValues<KernelWidth>())
        {
            if (!Has((int)width)) continue;
            ulong sum = FarSum(width, row, max, floor, out bool[] left);
            Assert.Equal(PlainSums(row.Where((_, place) => !left[place]), max, floor, floor).Near, sum);
            int count = left.Count(isLeft => isLeft);
            if (width == KernelWidth.Scalar) Assert.Equal(row.Length, count);
            else most = Math.Max(most, count);
        }
        return most;
    }

    private static ulong FarSum(KernelWidth width, float[] row, float max, float floor, out bool[] left)
    {
        ushort[] masks = new ushort[row.Length / 16 + 1];
        ulong sum;
        fixed (float* logits = row)
        fixed (ushort* to = masks)
        {
            sum = width switch
            {
                KernelWidth.Scalar => FarWeights.Scalar(0, row.Length, to),
                KernelWidth.Vector128 => FarWeights.Vector<Lanes128, F128, I128, B128>(logits, row.Length, max, floor, to),
                KernelWidth.Vector256 => FarWeights.Vector<Lanes256, F256, I256, B256>(logits, row.Length, max, floor, to),
                _ => FarWeights.Vector<Lanes512, F512, I512, B512>(logits, row.Length, max, floor, to),
            };
        }
        bool[] isLeft = [.. row.Select((_, place) => (masks[place / 16] >> place % 16 & 1) != 0)];
        Assert.Equal(isLeft.Count(one => one), masks.Sum(mask => System.Numerics.BitOperations.PopCount(mask)));    // none behind the end
        left = isLeft;
        return sum;
    }

    private static WeightSums PlainSums(IEnumerable<float> row, float max, float near, float middle)
    {
        WeightSums sums = default;
        foreach (float logit in row)
        {
            ulong weight = Weights.Of(logit, max);
            sums += new WeightSums(weight, logit >= near ? weight : 0, logit >= middle ? weight : 0);
        }
        return sums;
    }

    // every distance that has a weight, in steps finer than the functions' polynomials could hide
    [Fact]
    public void The_exponential_of_lanes_is_the_plain_one_along_its_whole_way()
    {
        const int Steps = 200_000;
        float[] row = [.. Enumerable.Range(0, Steps).Select(i => 23.5f - i * (24f / Steps))];
        ulong[] expected = [.. row.Select(logit => Weights.Of(logit, 23.5f))], found = new ulong[Steps], rungs = new ulong[Steps];
        Weights.Of(row, 23.5f, found, rungs);
        Assert.Equal(expected, found);
        Assert.Equal(0UL, expected[^1]);
    }

    [Fact]
    public void Scaled_rows_are_the_plain_ones()
    {
        ForEachRow((row, max) =>
        {
            foreach ((double shift, double divisor) in ((double, double)[])[(0, 0.7), (0, 1.3), (0, 1e9), (max, 1e-300), (0, 5e-39), (max, double.Epsilon)])
            {
                float[] expected = [.. row];
                fixed (float* to = expected) LogitScaling.Scalar(to, 0, row.Length, shift, divisor, to);
                Assert.Equal(row.Select(float.IsNegativeInfinity), expected.Select(float.IsNegativeInfinity));
                foreach (int width in (int[])[128, 256, 512])
                {
                    if (!Has(width)) continue;
                    float[] found = [.. row];
                    fixed (float* to = found)
                    {
                        if (width == 128) LogitScaling.Vector<DoubleLanes128, Vector128<double>>(to, row.Length, shift, divisor, to);
                        if (width == 256) LogitScaling.Vector<DoubleLanes256, Vector256<double>>(to, row.Length, shift, divisor, to);
                        if (width == 512) LogitScaling.Vector<DoubleLanes512, Vector512<double>>(to, row.Length, shift, divisor, to);
                    }
                    Assert.Equal(expected.Select(BitConverter.SingleToUInt32Bits), found.Select(BitConverter.SingleToUInt32Bits));
                }
            }
        });
    }

    [Fact]
    public void Places_between_two_logits_are_found_in_order()
    {
        ForEachRow((row, max) =>
        {
            foreach ((float least, float most) in ((float, float)[])[(max - 2, max), (max, max), (-4, -3.5f), (Never, max), (Never, Never), (-0f, 0f)])
            {
                int[] expected = [.. Enumerable.Range(0, row.Length).Where(i => row[i] >= least && row[i] <= most)];
                int from = row.Count(logit => logit >= least);
                int[] to = new int[row.Length];
                fixed (float* values = row)
                fixed (int* places = to)
                {
                    Assert.Equal(expected, to[..RowScan.ScalarPlaces(values, 0, row.Length, least, most, places)]);
                    Assert.Equal(expected, to[..RowScan.Places<Lanes128, F128, I128, B128>(values, row.Length, least, most, places)]);
                    if (Has(256)) Assert.Equal(expected, to[..RowScan.Places<Lanes256, F256, I256, B256>(values, row.Length, least, most, places)]);
                    if (Has(512)) Assert.Equal(expected, to[..RowScan.Places<Lanes512, F512, I512, B512>(values, row.Length, least, most, places)]);
                    Assert.Equal(from, RowScan.ScalarCountFrom(values, 0, row.Length, least));
                    Assert.Equal(from, RowScan.CountFrom<Lanes128, F128, I128, B128>(values, row.Length, least));
                    if (Has(256)) Assert.Equal(from, RowScan.CountFrom<Lanes256, F256, I256, B256>(values, row.Length, least));
                    if (Has(512)) Assert.Equal(from, RowScan.CountFrom<Lanes512, F512, I512, B512>(values, row.Length, least));
                }
            }
        });
    }

    [Fact]
    public void What_is_below_a_floor_is_marked_once_and_marked_places_become_forbidden()
    {
        ForEachRow((row, max) =>
        {
            foreach (float least in (float[])[max, max - 3, -4, Never, float.MinValue])
            {
                byte[] marks = [.. Enumerable.Range(0, row.Length).Select(i => (byte)(i % 5 == 3 ? 2 : 0))];
                byte[] expected = [.. marks.Select((mark, i) => mark == 0 && row[i] < least ? (byte)9 : mark)];
                int[] expectedLeft = [.. Enumerable.Range(0, row.Length).Where(i => expected[i] == 0)];
                int marked = expected.Count(mark => mark == 9);
                foreach ((int width, int most) in from width in (int[])[0, 128, 256, 512] from most in (int[])[row.Length, row.Length / 4] select (width, most))
                {
                    if (!Has(width)) continue;
                    byte[] found = [.. marks];
                    int[] places = new int[row.Length];
                    float[] left = [.. row];
                    MarkCounts count = default;
                    fixed (float* values = left)
                    fixed (byte* to = found)
                    fixed (int* stay = places)
                    {
                        if (width == 0) count = RowScan.ScalarMarkBelow(values, 0, row.Length, least, 9, to, stay, most);
                        if (width == 128) count = RowScan.MarkBelow<Lanes128, F128, I128, B128>(values, row.Length, least, 9, to, stay, most);
                        if (width == 256) count = RowScan.MarkBelow<Lanes256, F256, I256, B256>(values, row.Length, least, 9, to, stay, most);
                        if (width == 512) count = RowScan.MarkBelow<Lanes512, F512, I512, B512>(values, row.Length, least, 9, to, stay, most);
                        if (width == 0) RowScan.ScalarForbid(values, 0, row.Length, to, values);
                        if (width == 128) RowScan.Forbid<Lanes128, F128, I128, B128>(values, row.Length, to, values);
                        if (width == 256) RowScan.Forbid<Lanes256, F256, I256, B256>(values, row.Length, to, values);
                        if (width == 512) RowScan.Forbid<Lanes512, F512, I512, B512>(values, row.Length, to, values);
                    }
                    Assert.Equal((marked, expectedLeft.Length), (count.Marked, count.Left));
                    Assert.Equal(expected, found);
                    if (row.Length < 4096) Assert.Equal(most >= expectedLeft.Length, count.IsListed);
                    Assert.True(most >= expectedLeft.Length || !count.IsListed);
                    if (count.IsListed) Assert.Equal(expectedLeft, places[..expectedLeft.Length]);
                    Assert.Equal(row.Select((logit, i) => Bits(expected[i] == 0 ? logit : Never)), left.Select(Bits));
                }
                int[] free = new int[row.Length];
                Assert.Equal(expectedLeft, free[..RowScan.Unmarked(expected, free)]);
            }
        });
    }

    private static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value);

    private static bool Has(int bits) => bits <= (int)KernelPath.Widest;

    private static void ForEachRow(Action<float[], float> check)
    {
        for (int seed = 0; seed < 3; seed++)
        {
            foreach (int length in Lengths)
            {
                float[] row = Rows.Random(length, seed, withTies: seed == 1);
                if (seed == 2)
                {
                    float[] ends = [0f, -0f, Never, 20, 20, -3, -2.9999998f, float.MinValue, 1e-40f, 19.999998f];
                    for (int i = 0; i < length; i += 2) row[i] = ends[i / 2 % ends.Length];
                }
                check(row, row.Max());
            }
        }
    }
}
