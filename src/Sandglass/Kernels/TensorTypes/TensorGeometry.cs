namespace Sandglass.Kernels;

/// <summary>How many values of a tensor type make a block, and how many bytes a block takes (ggml-common.h).</summary>
public static class TensorGeometry
{
    // indexed by the type's number; 0 where the format has retired the number
    private static readonly (ushort Values, ushort Bytes)[] Blocks = Table();

    /// <summary>True where <paramref name="type"/>, a number as a file stores it, is a type of the format.</summary>
    public static bool IsKnown(int type) => (uint)type < (uint)Blocks.Length && Blocks[type].Values != 0;

    /// <summary>Values in one block: 1 for plain numbers, 32 to 256 for quantised types.</summary>
    public static int BlockSize(TensorType type) => Of(type).Values;

    /// <summary>Bytes of one block.</summary>
    public static int BlockBytes(TensorType type) => Of(type).Bytes;

    /// <summary>Bytes of <paramref name="count"/> values, which must be whole blocks.</summary>
    public static long ByteCount(TensorType type, long count)
    {
        (int values, int bytes) = Of(type);
        if (count < 0 || count % values != 0)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"{type} stores blocks of {values} values.");
        return checked(count / values * bytes);
    }

    private static (int Values, int Bytes) Of(TensorType type) =>
        IsKnown((int)type) ? Blocks[(int)type] : throw new ArgumentOutOfRangeException(nameof(type), type, "not a tensor type of the format");

    private static (ushort, ushort)[] Table()
    {
        (TensorType Type, int Values, int Bytes)[] rows =
        [
            (TensorType.F32, 1, 4), (TensorType.F16, 1, 2), (TensorType.BF16, 1, 2), (TensorType.F64, 1, 8),
            (TensorType.I8, 1, 1), (TensorType.I16, 1, 2), (TensorType.I32, 1, 4), (TensorType.I64, 1, 8),
            // scale, then the integers
            (TensorType.Q4_0, 32, 2 + 16), (TensorType.Q4_1, 32, 4 + 16), (TensorType.Q5_0, 32, 2 + 4 + 16), (TensorType.Q5_1, 32, 4 + 4 + 16),
            (TensorType.Q8_0, 32, 2 + 32), (TensorType.Q8_1, 32, 4 + 32), (TensorType.Q1_0, 128, 2 + 16), (TensorType.Q2_0, 64, 2 + 16),
            // super-blocks of 256
            (TensorType.Q2_K, 256, 16 + 64 + 4), (TensorType.Q3_K, 256, 32 + 64 + 12 + 2), (TensorType.Q4_K, 256, 4 + 12 + 128),
            (TensorType.Q5_K, 256, 4 + 12 + 32 + 128), (TensorType.Q6_K, 256, 128 + 64 + 16 + 2), (TensorType.Q8_K, 256, 4 + 256 + 32),
            // code books
            (TensorType.IQ1_S, 256, 2 + 32 + 16), (TensorType.IQ1_M, 256, 32 + 16 + 8), (TensorType.IQ2_XXS, 256, 2 + 64), (TensorType.IQ2_XS, 256, 2 + 64 + 8),
            (TensorType.IQ2_S, 256, 2 + 64 + 16), (TensorType.IQ3_XXS, 256, 2 + 96), (TensorType.IQ3_S, 256, 2 + 104 + 4),
            (TensorType.IQ4_NL, 32, 2 + 16), (TensorType.IQ4_XS, 256, 2 + 2 + 4 + 128),
            // ternary, and 4-bit floats
            (TensorType.TQ1_0, 256, 2 + 4 + 48), (TensorType.TQ2_0, 256, 2 + 64), (TensorType.MXFP4, 32, 1 + 16), (TensorType.NVFP4, 64, 4 + 32),
        ];
        var table = new (ushort, ushort)[rows.Max(row => (int)row.Type) + 1];
        foreach ((TensorType type, int values, int bytes) in rows) table[(int)type] = ((ushort)values, (ushort)bytes);
        return table;
    }
}
