using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>
/// Q8_0: scale (F16), 32 signed bytes; weight = scale * byte. Stored from 0 up, so that all codes are unsigned. Source: ggml-quants.c, dequantize_row_q8_0.
/// </summary>
/// <remarks>Header: F16 scale [16].</remarks>
internal readonly unsafe struct FormatQ8_0 : IFormat
{
    public static int Columns => 32;
    public static int HeaderBytes => 32;
    public static int SubBlocks => 1;
    public static int Offset => 128;
    public static bool HasMinimum => false;

    public static void Read(byte* fileBlock, byte* header, int row, byte* codes)
    {
        ((ushort*)header)[row] = *(ushort*)fileBlock;
        for (int i = 0; i < 4; i++)
            ((ulong*)codes)[i] = ((ulong*)(fileBlock + 2))[i] ^ 0x8080_8080_8080_8080; // adds 128 to each byte
    }

    public static float Scale(byte* header, int row, int subBlock) => F16.ToFloat(((ushort*)header)[row]);

    public static float Minimum(byte* header, int row, int subBlock) => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Scales<L, F, I, B>(byte* header, int subBlock) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.LoadHalf((ushort*)header);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Minima<L, F, I, B>(byte* header, int subBlock) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => default;
}
