using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Q3_K: 256 codes of three bits in sixteen sub-blocks; weight = d * scale * (code - 4). Source: ggml-quants.c, dequantize_row_q3_K.</summary>
/// <remarks>Header: F16 scale [16], signed factors of it [16][16] (a byte each).</remarks>
internal readonly unsafe struct FormatQ3_K : IFormat
{
    public static int Columns => 256;
    public static int HeaderBytes => 288;
    public static int SubBlocks => 2;
    public static int Offset => 4;
    public static bool HasMinimum => false;

    public static void Read(byte* fileBlock, byte* header, int row, byte* codes)
    {
        byte* high = fileBlock;         // [32] bit c of byte i: the third bit of column 32c + i
        byte* low = fileBlock + 32;     // [2][32] four pairs of bits each
        byte* packed = fileBlock + 96;  // sixteen factors of six bits in twelve bytes
        ((ushort*)header)[row] = *(ushort*)(fileBlock + 108);
        for (int s = 0; s < 16; s++)
        {
            int factor = s < 8 ? packed[s] & 15 : packed[s - 8] >> 4;
            factor |= ((packed[8 + (s & 3)] >> (2 * (s >> 2))) & 3) << 4;
            header[32 + 16 * s + row] = (byte)(factor - 32);
        }
        for (int column = 0; column < 256; column++)
        {
            int half = column >> 7, chunk = column >> 5, i = column & 31;
            codes[column] = (byte)(((low[32 * half + i] >> (2 * (chunk & 3))) & 3) | (((high[i] >> chunk) & 1) << 2));
        }
    }

    public static float Scale(byte* header, int row, int subBlock) => F16.ToFloat(((ushort*)header)[row]) * (sbyte)header[32 + 16 * subBlock + row];

    public static float Minimum(byte* header, int row, int subBlock) => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Scales<L, F, I, B>(byte* header, int subBlock) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.Multiply(L.LoadHalf((ushort*)header), L.ToFloat(L.LoadWideSBytes(header + 32 + 16 * subBlock)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Minima<L, F, I, B>(byte* header, int subBlock) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => default;
}
