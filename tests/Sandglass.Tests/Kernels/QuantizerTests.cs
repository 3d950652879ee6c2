using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

/// <summary>Small blocks by hand; whole files are compared with llama-quantize's in ModelFiles/ModelQuantizerTests.</summary>
public class QuantizerTests
{
    private static byte[] Bytes(TensorType type, params float[] values)
    {
        byte[] blocks = new byte[TensorGeometry.ByteCount(type, values.Length)];
        Quantizer.Quantize(type, values, blocks);
        return blocks;
    }

    [Theory]
    [InlineData(1f, 0x3F80), InlineData(1.00390625f, 0x3F80), InlineData(1.01171875f, 0x3F82), InlineData(1.0039064f, 0x3F81)]   // halfway goes to the even one
    [InlineData(float.MaxValue, 0x7F80), InlineData(-0f, 0x8000), InlineData(float.PositiveInfinity, 0x7F80), InlineData(float.NaN, 0xFFC0)]
    public void BF16_is_the_nearest(float value, int bits) => Assert.Equal(bits, BitConverter.ToUInt16(Bytes(TensorType.BF16, value)));

    [Theory]
    [InlineData(1f, 0x3C00), InlineData(1.00048828125f, 0x3C00), InlineData(1.00146484375f, 0x3C02), InlineData(65519.996f, 0x7BFF), InlineData(65520f, 0x7C00)]
    [InlineData(5.9604645e-8f, 0x0001), InlineData(2.9802322e-8f, 0x0000), InlineData(2.9802326e-8f, 0x0001), InlineData(-6.1035156e-5f, 0x8400),
        InlineData(-0f, 0x8000)]
    public void F16_is_the_nearest(float value, int bits) => Assert.Equal(bits, BitConverter.ToUInt16(Bytes(TensorType.F16, value)));

    [Fact]
    public void Q8_0_rounds_halves_away_from_zero()
    {
        float[] values = new float[32];
        (values[0], values[1], values[2], values[3]) = (127, 0.5f, -0.5f, 1.49f);   // scale 1
        byte[] block = Bytes(TensorType.Q8_0, values);
        Assert.Equal([0x00, 0x3C, 127, 1, 0xFF, 1, 0], block[..7]);
    }

    [Fact]
    public void Q4_0_gives_the_largest_magnitude_the_value_minus_8_whatever_its_sign()
    {
        float[] values = new float[32];
        (values[0], values[16], values[1], values[17]) = (16, -16, 15, -13);   // scale -2: the first of two equals decides
        byte[] block = Bytes(TensorType.Q4_0, values);
        Assert.Equal([0x00, 0xC0, 0xF0, 0xF1, 0x88], block[..5]);                // 7.5 rounds to 8, so 15 becomes 1; -16 would be 16 and stays at 15
    }

    [Fact]
    public void Q4_1_spans_from_the_least_to_the_most()
    {
        float[] values = new float[32];
        (values[0], values[16]) = (-15, 15);
        byte[] block = Bytes(TensorType.Q4_1, values);
        Assert.Equal([0x00, 0x40, 0x80, 0xCB, 0xF0, 0x88], block[..6]);
    }

    [Theory]
    [InlineData(TensorType.Q8_0), InlineData(TensorType.Q4_0), InlineData(TensorType.Q4_1)]
    public void A_block_of_zeros_and_one_of_the_smallest_numbers_stay_finite(TensorType type)
    {
        float[] values = [.. new float[32], .. Enumerable.Range(0, 32).Select(i => (i - 11) * float.Epsilon)];
        byte[] blocks = Bytes(type, values);
        Assert.Equal(-1, FiniteScan.FirstNonFinite(type, blocks));
        float[] back = new float[64];
        Dequantizer.Dequantize(type, blocks, back);
        Assert.All(back, value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(TensorType.Q8_0, 1 / 240.0), InlineData(TensorType.Q4_0, 1 / 8.0), InlineData(TensorType.Q4_1, 1 / 15.0),
        InlineData(TensorType.F16, 1 / 2048.0), InlineData(TensorType.BF16, 1 / 256.0), InlineData(TensorType.F32, 0)]
    public void There_and_back_is_within_a_step(TensorType type, double step)
    {
        float[] values = [.. Enumerable.Range(0, 32 * 100).Select(i => (float)Math.Sin(i * 0.7) * (1 + i % 7))];
        float[] back = new float[values.Length];
        Dequantizer.Dequantize(type, Bytes(type, values), back);
        for (int block = 0; block < values.Length; block += 32)
        {
            double largest = values.AsSpan(block, 32).ToArray().Max(MathF.Abs);
            for (int i = block; i < block + 32; i++) Assert.InRange(Math.Abs(back[i] - values[i]), 0, step * largest * 1.01);
        }
    }

    [Fact]
    public void Lengths_that_do_not_fit_and_unknown_types_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Quantizer.Quantize(TensorType.Q8_0, new float[32], new byte[33]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Quantizer.Quantize(TensorType.Q6_K, new float[256], new byte[210]));
    }
}
