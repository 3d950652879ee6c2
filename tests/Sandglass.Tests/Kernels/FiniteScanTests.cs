using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

public class FiniteScanTests
{
    private static readonly byte[] HalfInfinity = [0x00, 0x7C], HalfNaN = [0x01, 0xFE], FloatNaN = [0, 0, 0xC0, 0x7F];

    // a bad number, and where in a block it makes the block bad
    public static TheoryData<TensorType, byte[], int[]> Places() => new()
    {
        { TensorType.F32, FloatNaN, [0] }, { TensorType.F64, [0, 0, 0, 0, 0, 0, 0xF0, 0xFF], [0] },
        { TensorType.F16, HalfNaN, [0] }, { TensorType.F16, HalfInfinity, [0] }, { TensorType.BF16, [0x80, 0xFF], [0] },
        { TensorType.Q8_0, HalfNaN, [0] }, { TensorType.Q4_0, HalfInfinity, [0] }, { TensorType.Q4_1, HalfNaN, [0, 2] }, { TensorType.Q5_0, HalfNaN, [0] },
        { TensorType.Q5_1, HalfInfinity, [0, 2] }, { TensorType.Q8_1, HalfNaN, [0, 2] }, { TensorType.Q1_0, HalfNaN, [0] }, { TensorType.Q2_0, HalfNaN, [0] },
        { TensorType.Q2_K, HalfNaN, [80, 82] }, { TensorType.Q3_K, HalfNaN, [108] }, { TensorType.Q4_K, HalfNaN, [0, 2] }, { TensorType.Q5_K, HalfNaN, [0, 2] },
        { TensorType.Q6_K, HalfNaN, [208] }, { TensorType.Q8_K, FloatNaN, [0] }, { TensorType.TQ1_0, HalfNaN, [52] }, { TensorType.TQ2_0, HalfNaN, [64] },
        { TensorType.IQ1_S, HalfNaN, [0] }, { TensorType.IQ2_XXS, HalfNaN, [0] }, { TensorType.IQ2_XS, HalfNaN, [0] }, { TensorType.IQ2_S, HalfNaN, [0] },
        { TensorType.IQ3_XXS, HalfNaN, [0] }, { TensorType.IQ3_S, HalfNaN, [0] }, { TensorType.IQ4_NL, HalfNaN, [0] }, { TensorType.IQ4_XS, HalfNaN, [0] },
        { TensorType.MXFP4, [0xFF], [0] }, { TensorType.IQ1_M, [0, 0, 0, 0, 0, 0xC0, 0, 0x70], [48] },   // the highest nibbles make 0x7C00
    };

    [Theory, MemberData(nameof(Places))]
    public void The_first_bad_block_is_found_wherever_it_is(TensorType type, byte[] bad, int[] offsets)
    {
        int size = TensorGeometry.BlockBytes(type);
        foreach (int count in new[] { 1, 2, 15, 16, 17, 33, 100 })
        {
            Assert.Equal(-1, FiniteScan.FirstNonFinite(type, new byte[count * size]));
            foreach (int block in new[] { 0, count / 2, count - 1 })
            {
                foreach (int offset in offsets)
                {
                    byte[] blocks = new byte[count * size];
                    bad.CopyTo(blocks, block * size + offset);
                    bad.CopyTo(blocks, (count - 1) * size + offset);
                    Assert.Equal(block, FiniteScan.FirstNonFinite(type, blocks));
                }
            }
        }
    }

    [Theory]
    [InlineData(TensorType.Q8_0), InlineData(TensorType.Q4_1), InlineData(TensorType.Q6_K), InlineData(TensorType.IQ4_XS)]
    public void Quants_may_have_any_bits(TensorType type)
    {
        int size = TensorGeometry.BlockBytes(type);
        byte[] blocks = [.. Enumerable.Repeat((byte)0xFF, 3 * size)];
        for (int block = 0; block < 3; block++)
        {
            int scale = type == TensorType.Q6_K ? 208 : 0;
            blocks.AsSpan(block * size + scale, type == TensorType.Q4_1 ? 4 : 2).Clear();
        }
        Assert.Equal(-1, FiniteScan.FirstNonFinite(type, blocks));
    }

    [Fact]
    public void The_largest_finite_numbers_pass()
    {
        Assert.Equal(-1, FiniteScan.FirstNonFinite(TensorType.F16, [0xFF, 0x7B, 0xFF, 0xFB]));
        Assert.Equal(-1, FiniteScan.FirstNonFinite(TensorType.BF16, [0x7F, 0x7F]));
        Assert.Equal(-1, FiniteScan.FirstNonFinite(TensorType.F32, BitConverter.GetBytes(float.MinValue)));
        Assert.Equal(-1, FiniteScan.FirstNonFinite(TensorType.I32, [0xFF, 0xFF, 0xFF, 0xFF]));
        Assert.Throws<ArgumentException>(() => FiniteScan.FirstNonFinite(TensorType.Q8_0, new byte[33]));
    }
}
