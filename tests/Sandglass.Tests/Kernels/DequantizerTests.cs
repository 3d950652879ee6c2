using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Tests.Kernels;

public class DequantizerTests
{
    // half-precision numbers that read well: 0.5, 2, -1
    private static readonly byte[] Half05 = [0x00, 0x38], Half2 = [0x00, 0x40], HalfMinus1 = [0x00, 0xBC];

    private static float[] Values(TensorType type, params byte[] blocks)
    {
        float[] values = new float[blocks.Length / TensorGeometry.BlockBytes(type) * TensorGeometry.BlockSize(type)];
        Dequantizer.Dequantize(type, blocks, values);
        return values;
    }

    [Fact]
    public void Plain_numbers_are_themselves()
    {
        Assert.Equal([1f, -2.5f], Values(TensorType.F32, 0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0));
        Assert.Equal([0.5f, -1f, 65504f, 5.9604645e-8f], Values(TensorType.F16, [.. Half05, .. HalfMinus1, 0xFF, 0x7B, 0x01, 0x00]));
        Assert.Equal([1f, -2.5f], Values(TensorType.BF16, 0x80, 0x3F, 0x20, 0xC0));
    }

    [Fact]
    public void Q8_0_is_scale_times_int8()
    {
        float[] values = Values(TensorType.Q8_0, [.. Half05, 127, 0x80, .. new byte[29], 3]);
        Assert.Equal((63.5f, -64f, 0f, 1.5f), (values[0], values[1], values[2], values[31]));
    }

    [Fact]
    public void Q4_0_has_value_j_in_the_low_nibble_and_value_j_plus_16_in_the_high()
    {
        float[] values = Values(TensorType.Q4_0, [.. Half2, 0xF0, .. Enumerable.Repeat((byte)0x88, 14), 0x19]);
        Assert.Equal((-16f, 14f, 0f, 2f, -14f), (values[0], values[16], values[1], values[15], values[31]));
    }

    [Fact]
    public void Q4_1_adds_the_minimum()
    {
        float[] values = Values(TensorType.Q4_1, [.. Half2, .. HalfMinus1, 0xF0, .. new byte[15]]);
        Assert.Equal((-1f, 29f, -1f), (values[0], values[16], values[17]));
    }

    [Fact]
    public void Q5_0_takes_the_fifth_bit_of_value_j_from_bit_j()
    {
        // bits 0, 17 and 31 set
        float[] values = Values(TensorType.Q5_0, [.. Half05, 0x01, 0x00, 0x02, 0x80, 0x0F, 0x30, .. new byte[14]]);
        Assert.Equal((7.5f, -8f, 1.5f, 0f, -8f), (values[0], values[16], values[17], values[31], values[1]));
    }

    [Fact]
    public void Q5_1_adds_the_minimum()
    {
        float[] values = Values(TensorType.Q5_1, [.. Half05, .. HalfMinus1, 0x01, 0x00, 0x02, 0x80, 0x0F, 0x30, .. new byte[14]]);
        Assert.Equal((14.5f, -1f, 8.5f, 7f, -1f), (values[0], values[16], values[17], values[31], values[1]));
    }

    [Fact]
    public void Q2_K_has_groups_of_16_with_their_own_scale_and_minimum()
    {
        byte[] block = [.. new byte[80], .. Half05, .. HalfMinus1];
        block[0] = 0x21;     // group 0: scale 1, minimum 2
        block[3] = 0x0F;     // group 3, values 48 to 63: scale 15
        block[15] = 0x10;    // group 15: minimum 1
        block[16] = 0b11_10_01_10;           // values 0, 32, 64, 96
        block[16 + 16] = 0b00_00_11_00;      // values 16, 48, 80, 112
        float[] values = Values(TensorType.Q2_K, block);

        Assert.Equal((0.5f * 2 + 2, 2f, 0f, 0.5f * 15 * 3), (values[0], values[1], values[32], values[48]));   // the minimum is taken away; it is -1 times 2
        Assert.Equal((0f, 1f, 1f), (values[239], values[240], values[255]));
    }

    [Fact]
    public void Q3_K_takes_4_away_where_the_third_bit_is_not_set()
    {
        byte[] block = [.. new byte[108], .. Half05];
        block[0] = 0b0000_0011;              // third bits of values 0 and 32
        block[32] = 0b11_00_10_01;           // low bits of values 0, 32, 64, 96
        block[96] = 0x21;                    // low bits of scales 0 (1) and 8 (2)
        block[104] = 0b00_00_00_10;          // high bits of scales 0, 4, 8, 12
        float[] values = Values(TensorType.Q3_K, block);

        Assert.Equal((0.5f * (33 - 32) * 1, 0.5f * -4), (values[0], values[1]));                               // scale 0: 1 + 2 * 16
        Assert.Equal((0.5f * -32 * 2, 0.5f * -32 * (0 - 4)), (values[32], values[64]));                        // scales 2 and 4: 0
        Assert.Equal((0.5f * -32 * (3 - 4), 0.5f * (2 - 32) * -4), (values[96], values[128]));                 // scale 6: 0; scale 8: 2
    }

    [Fact]
    public void Q4_K_has_groups_of_32_with_six_bit_scales_and_minima()
    {
        byte[] block = [.. Half05, .. HalfMinus1, .. new byte[12 + 128]];
        block[4] = 0b01_000011;              // scale 0: 3; two high bits of scale 4: 1
        block[4 + 4] = 0b10_000101;          // minimum 0: 5; two high bits of minimum 4: 2
        block[4 + 8] = 0x7C;                 // scale 4: 12 + 16; minimum 4: 7 + 32
        block[16] = 0x9A;                    // values 0 and 32
        block[16 + 64] = 0x4F;               // values 128 and 160
        float[] values = Values(TensorType.Q4_K, block);

        Assert.Equal((0.5f * 3 * 10 + 5, 5f, 0f), (values[0], values[1], values[32]));
        Assert.Equal((0.5f * 28 * 15 + 39, 39f, 0f), (values[128], values[159], values[160]));
    }

    [Fact]
    public void Q5_K_takes_the_fifth_bit_of_group_g_from_bit_g()
    {
        byte[] block = [.. Half05, .. HalfMinus1, .. new byte[12 + 32 + 128]];
        block[4] = 0b01_000011;
        block[4 + 1] = 2;                    // scale 1: 2
        block[4 + 8] = 0x0C;
        block[16] = 0b0001_0010;             // fifth bits of values 32 and 128
        block[48] = 0x9A;
        block[48 + 64] = 0x4F;
        float[] values = Values(TensorType.Q5_K, block);

        Assert.Equal((0.5f * 3 * 10, 0.5f * 2 * (9 + 16), 0.5f * 28 * (15 + 16), 0f), (values[0], values[32], values[128], values[160]));
    }

    [Fact]
    public void Q6_K_has_four_low_bits_two_high_bits_and_int8_scales()
    {
        byte[] block = [.. new byte[208], .. Half05];
        block[0] = 0x5A;                     // low bits of values 0 and 64
        block[32] = 0x0F;                    // value 32
        block[64] = 0x01;                    // value 128
        block[128] = 0b01_11_00_10;          // high bits of values 0, 32, 64, 96
        block[160] = 0b00_00_00_11;          // value 128
        (block[192], block[194], block[196], block[198], block[200]) = (1, 2, 0xFF, 4, 0x80);
        float[] values = Values(TensorType.Q6_K, block);

        Assert.Equal((0.5f * (10 + 32 - 32), 0.5f * -32), (values[0], values[1]));
        Assert.Equal((0.5f * 2 * (15 - 32), -0.5f * (5 + 48 - 32), 0.5f * 4 * (16 - 32)), (values[32], values[64], values[96]));
        Assert.Equal(0.5f * -128 * (1 + 48 - 32), values[128]);
    }

    /// <summary>Largest deviation of a stored value, as a share of the tensor's largest value: half a step of each type, and what its scales lose.</summary>
    [GoldenTheory]
    [InlineData("f16", 0.0005), InlineData("bf16", 0.004), InlineData("q8_0", 0.005), InlineData("q4_0", 0.13), InlineData("q4_1", 0.075),
        InlineData("q5_0", 0.07), InlineData("q5_1", 0.036)]
    [InlineData("q2_k", 0.4), InlineData("q3_k", 0.25), InlineData("q4_k", 0.09), InlineData("q5_k", 0.045), InlineData("q6_k", 0.035)]
    public void A_quantised_model_is_close_to_the_model_it_came_from(string type, double share)
    {
        using ModelFile exact = ModelFile.Open(Shared.Path("models", "tiny", "types-f32.gguf"));
        using ModelFile stored = ModelFile.Open(Shared.Path("models", "tiny", $"types-{type}.gguf"));
        int compared = 0;
        foreach (TensorInfo tensor in stored.Tensors.Where(tensor => tensor.Type != TensorType.F32))
        {
            float[] expected = All(exact, exact.Find(tensor.Name)!), found = All(stored, tensor);
            float largest = expected.Max(MathF.Abs);
            Assert.All(expected.Zip(found), pair => Assert.InRange(pair.Second - pair.First, -share * largest, share * largest));
            compared++;
        }
        Assert.Equal(8, compared);
    }

    [Fact]
    public void Lengths_that_do_not_fit_and_unknown_types_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Dequantizer.Dequantize(TensorType.Q8_0, new byte[33], new float[32]));
        Assert.Throws<ArgumentException>(() => Dequantizer.Dequantize(TensorType.Q8_0, new byte[34], new float[31]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Dequantizer.Dequantize(TensorType.IQ2_S, new byte[82], new float[256]));
        Assert.Equal(13, Enum.GetValues<TensorType>().Count(Dequantizer.Supports));
    }

    private static float[] All(ModelFile file, TensorInfo tensor)
    {
        byte[] bytes = new byte[tensor.ByteCount];
        file.Read(tensor, 0, bytes);
        float[] values = new float[tensor.Count];
        Dequantizer.Dequantize(tensor.Type, bytes, values);
        return values;
    }
}
