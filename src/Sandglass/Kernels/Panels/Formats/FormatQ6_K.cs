using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Q6_K: 256 codes of six bits in sixteen sub-blocks; weight = d * scale * (code - 32). Source: ggml-quants.c, dequantize_row_q6_K.</summary>
/// <remarks>Header: F16 scale [16], signed factors of it [16][16] (a byte each).</remarks>
internal readonly unsafe struct FormatQ6_K : IFormat
{
    public static int Columns => 256;
    public static int HeaderBytes => 288;
    public static int SubBlocks => 2;
    public static int Offset => 32;
    public static bool HasMinimum => false;

    public static void Read(byte* fileBlock, byte* header, int row, byte* codes)
    {
        byte* low = fileBlock;          // [2][64] two nibbles each
        byte* high = fileBlock + 128;   // [2][32] four pairs of bits each
        byte* scales = fileBlock + 192; // [16]
        ((ushort*)header)[row] = *(ushort*)(fileBlock + 208);
        for (int s = 0; s < 16; s++)
            header[32 + 16 * s + row] = scales[s];
        for (int half = 0; half < 2; half++)
        {
            for (int i = 0; i < 32; i++)
            {
                byte first = low[64 * half + i], second = low[64 * half + 32 + i], upper = high[32 * half + i];
                byte* to = codes + 128 * half + i;
                to[0] = (byte)((first & 15) | ((upper & 3) << 4));
                to[32] = (byte)((second & 15) | (((upper >> 2) & 3) << 4));
                to[64] = (byte)((first >> 4) | (((upper >> 4) & 3) << 4));
                to[96] = (byte)((second >> 4) | ((upper >> 6) << 4));
            }
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
