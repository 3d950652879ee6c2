using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Q5_K: 256 codes of five bits in eight sub-blocks; weight = d * scale * code - dmin * minimum. Source: ggml-quants.c, dequantize_row_q5_K.</summary>
/// <remarks>Header: F16 scale [16], F16 minimum [16], six-bit factors of the scale [8][16], of the minimum [8][16] (a byte each).</remarks>
internal readonly unsafe struct FormatQ5_K : IFormat
{
    public static int Columns => 256;
    public static int HeaderBytes => 320;
    public static int SubBlocks => 1;
    public static int Offset => 0;
    public static bool HasMinimum => true;

    public static void Read(byte* fileBlock, byte* header, int row, byte* codes)
    {
        SixBitFactors.Read(fileBlock, header, row);
        byte* high = fileBlock + 16; // bit c of byte i: the fifth bit of column 32c + i
        byte* quants = fileBlock + 48; // 64 columns in 32 bytes: the first 32 in the low nibbles
        for (int chunk = 0; chunk < 4; chunk++)
        {
            for (int i = 0; i < 32; i++)
            {
                codes[64 * chunk + i] = (byte)((quants[32 * chunk + i] & 15) | (((high[i] >> (2 * chunk)) & 1) << 4));
                codes[64 * chunk + 32 + i] = (byte)((quants[32 * chunk + i] >> 4) | (((high[i] >> (2 * chunk + 1)) & 1) << 4));
            }
        }
    }

    public static float Scale(byte* header, int row, int subBlock) => F16.ToFloat(((ushort*)header)[row]) * header[64 + 16 * subBlock + row];

    public static float Minimum(byte* header, int row, int subBlock) => 0f - F16.ToFloat(((ushort*)header)[16 + row]) * header[192 + 16 * subBlock + row];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Scales<L, F, I, B>(byte* header, int subBlock) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.Multiply(L.LoadHalf((ushort*)header), L.ToFloat(L.LoadWideBytes(header + 64 + 16 * subBlock)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Minima<L, F, I, B>(byte* header, int subBlock) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.Subtract(default, L.Multiply(L.LoadHalf((ushort*)header + 16), L.ToFloat(L.LoadWideBytes(header + 192 + 16 * subBlock))));
}
