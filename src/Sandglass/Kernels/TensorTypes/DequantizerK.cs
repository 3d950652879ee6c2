namespace Sandglass.Kernels;

/// <summary>The super-blocks of 256 values (K-quants): small integer scales for groups of 16 or 32, and one or two F16 numbers that scale those.</summary>
internal static class DequantizerK
{
    // 16 bytes (scale in the low nibble, minimum in the high) for groups of 16; 64 bytes of 2-bit values; scale F16, minimum F16
    public static void Q2_K(ReadOnlySpan<byte> block, Span<float> output)
    {
        ReadOnlySpan<byte> scales = block[..16], quants = block.Slice(16, 64);
        float scale = Dequantizer.F16(block[80..]), minimum = Dequantizer.F16(block[82..]);
        for (int i = 0; i < 256; i++)
        {
            int group = scales[i / 16];
            int value = quants[Byte32(i)] >> Shift2(i) & 3;
            output[i] = scale * (group & 15) * value - minimum * (group >> 4);
        }
    }

    // 32 bytes of third bits; 64 bytes of 2-bit values; 12 bytes of 6-bit scales, 32 too large; scale F16
    public static void Q3_K(ReadOnlySpan<byte> block, Span<float> output)
    {
        ReadOnlySpan<byte> third = block[..32], quants = block.Slice(32, 64), scales = block.Slice(96, 12);
        float scale = Dequantizer.F16(block[108..]);
        for (int i = 0; i < 256; i++)
        {
            int low = quants[Byte32(i)] >> Shift2(i) & 3;
            int value = (third[i % 32] >> i / 32 & 1) != 0 ? low : low - 4;   // a bit that is not set takes 4 away
            output[i] = scale * (Scale3(scales, i / 16) - 32) * value;
        }
    }

    // scale F16, minimum F16, 12 bytes of 6-bit scales and minima for groups of 32, 128 bytes of nibbles
    public static void Q4_K(ReadOnlySpan<byte> block, Span<float> output)
    {
        float scale = Dequantizer.F16(block), minimum = Dequantizer.F16(block[2..]);
        ReadOnlySpan<byte> scales = block.Slice(4, 12), quants = block.Slice(16, 128);
        for (int i = 0; i < 256; i++)
        {
            (int groupScale, int groupMinimum) = ScaleAndMinimum(scales, i / 32);
            int value = quants[i / 64 * 32 + i % 32] >> (i / 32 % 2 * 4) & 15;
            output[i] = scale * groupScale * value - minimum * groupMinimum;
        }
    }

    // as Q4_K, with 32 bytes of fifth bits before the nibbles: bit g of byte j belongs to value j of group g
    public static void Q5_K(ReadOnlySpan<byte> block, Span<float> output)
    {
        float scale = Dequantizer.F16(block), minimum = Dequantizer.F16(block[2..]);
        ReadOnlySpan<byte> scales = block.Slice(4, 12), fifth = block.Slice(16, 32), quants = block.Slice(48, 128);
        for (int i = 0; i < 256; i++)
        {
            (int groupScale, int groupMinimum) = ScaleAndMinimum(scales, i / 32);
            int low = quants[i / 64 * 32 + i % 32] >> (i / 32 % 2 * 4) & 15;
            int value = low | (fifth[i % 32] >> i / 32 & 1) << 4;
            output[i] = scale * groupScale * value - minimum * groupMinimum;
        }
    }

    // 128 bytes of low nibbles, 64 bytes of two high bits, 16 int8 scales for groups of 16, scale F16; values are 32 too large
    public static void Q6_K(ReadOnlySpan<byte> block, Span<float> output)
    {
        ReadOnlySpan<byte> low = block[..128], high = block.Slice(128, 64), scales = block.Slice(192, 16);
        float scale = Dequantizer.F16(block[208..]);
        for (int i = 0; i < 256; i++)
        {
            int half = i / 128, inHalf = i % 128;   // each half of 128 holds four runs of 32
            int nibble = low[half * 64 + inHalf % 64] >> inHalf / 64 * 4 & 15;
            int bits = high[half * 32 + i % 32] >> inHalf / 32 * 2 & 3;
            output[i] = scale * (sbyte)scales[i / 16] * ((nibble | bits << 4) - 32);
        }
    }

    // 2-bit values: each 128 values share 32 bytes, each 32 values a place of two bits in them
    private static int Byte32(int i) => i / 128 * 32 + i % 32;

    private static int Shift2(int i) => i / 32 % 4 * 2;

    // 16 scales of 6 bits in 12 bytes: four low bits from bytes 0 to 7, two high bits from bytes 8 to 11
    private static int Scale3(ReadOnlySpan<byte> scales, int group)
    {
        int low = scales[group % 8] >> group / 8 * 4 & 15;
        int high = scales[8 + group % 4] >> group / 4 * 2 & 3;
        return low | high << 4;
    }

    // 8 scales and 8 minima of 6 bits in 12 bytes: the first four of each in the low six bits of bytes 0 to 7, the others
    // as nibbles in bytes 8 to 11 with their two high bits in the high bits of bytes 0 to 7
    internal static (int Scale, int Minimum) ScaleAndMinimum(ReadOnlySpan<byte> scales, int group) => group < 4
        ? (scales[group] & 63, scales[group + 4] & 63)
        : (scales[group + 4] & 15 | scales[group - 4] >> 6 << 4, scales[group + 4] >> 4 | scales[group] >> 6 << 4);
}
