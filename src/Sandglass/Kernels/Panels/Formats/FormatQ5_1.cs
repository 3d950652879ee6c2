using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Q5_1: scale and minimum (F16), 32 codes of five bits; weight = scale * code + minimum. Source: ggml-quants.c, dequantize_row_q5_1.</summary>
/// <remarks>Header: F16 scale [16], F16 minimum [16].</remarks>
internal readonly unsafe struct FormatQ5_1 : IFormat
{
    public static int Columns => 32;
    public static int HeaderBytes => 64;
    public static int SubBlocks => 1;
    public static int Offset => 0;
    public static bool HasMinimum => true;

    public static void Read(byte* fileBlock, byte* header, int row, byte* codes)
    {
        ((ushort*)header)[row] = ((ushort*)fileBlock)[0];
        ((ushort*)header)[16 + row] = ((ushort*)fileBlock)[1];
        uint high = *(uint*)(fileBlock + 4); // bit i: the fifth bit of column i
        byte* quants = fileBlock + 8;
        for (int i = 0; i < 16; i++)
        {
            codes[i] = (byte)((quants[i] & 15) | (((int)(high >> i) & 1) << 4));
            codes[i + 16] = (byte)((quants[i] >> 4) | (((int)(high >> (i + 16)) & 1) << 4));
        }
    }

    public static float Scale(byte* header, int row, int subBlock) => F16.ToFloat(((ushort*)header)[row]);

    public static float Minimum(byte* header, int row, int subBlock) => F16.ToFloat(((ushort*)header)[16 + row]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Scales<L, F, I, B>(byte* header, int subBlock) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.LoadHalf((ushort*)header);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Minima<L, F, I, B>(byte* header, int subBlock) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.LoadHalf((ushort*)header + 16);
}
