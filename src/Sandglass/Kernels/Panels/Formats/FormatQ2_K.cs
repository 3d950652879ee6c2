using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>
/// Q2_K: 256 codes of two bits in sixteen sub-blocks; weight = d * scale * code - dmin * minimum. Source: ggml-quants.c, dequantize_row_q2_K.
/// </summary>
/// <remarks>Header: F16 scale [16], F16 minimum [16], factors [16][16]: of the scale in the low nibble, of the minimum in the high.</remarks>
internal readonly unsafe struct FormatQ2_K : IFormat
{
    public static int Columns => 256;
    public static int HeaderBytes => 320;
    public static int SubBlocks => 2;
    public static int Offset => 0;
    public static bool HasMinimum => true;

    public static void Read(byte* fileBlock, byte* header, int row, byte* codes)
    {
        byte* factors = fileBlock;      // [16]
        byte* low = fileBlock + 16;     // [2][32] four pairs of bits each
        ((ushort*)header)[row] = *(ushort*)(fileBlock + 80);
        ((ushort*)header)[16 + row] = *(ushort*)(fileBlock + 82);
        for (int s = 0; s < 16; s++)
            header[64 + 16 * s + row] = factors[s];
        for (int column = 0; column < 256; column++)
        {
            int half = column >> 7, chunk = column >> 5, i = column & 31;
            codes[column] = (byte)((low[32 * half + i] >> (2 * (chunk & 3))) & 3);
        }
    }

    public static float Scale(byte* header, int row, int subBlock) => F16.ToFloat(((ushort*)header)[row]) * (header[64 + 16 * subBlock + row] & 15);

    public static float Minimum(byte* header, int row, int subBlock) => 0f - F16.ToFloat(((ushort*)header)[16 + row]) * (header[64 + 16 * subBlock + row] >> 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Scales<L, F, I, B>(byte* header, int subBlock) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.Multiply(L.LoadHalf((ushort*)header), L.ToFloat(L.AndInt(L.LoadWideBytes(header + 64 + 16 * subBlock), L.BroadcastInt(15))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Minima<L, F, I, B>(byte* header, int subBlock) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.Subtract(default, L.Multiply(L.LoadHalf((ushort*)header + 16), L.ToFloat(L.ShiftRightInt(L.LoadWideBytes(header + 64 + 16 * subBlock), 4))));
}
