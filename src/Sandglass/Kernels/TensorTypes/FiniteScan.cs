using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Sandglass.Kernels;

/// <summary>Finds infinities and NaN in stored blocks: a single NaN scale would silently turn every logit into NaN.</summary>
/// <remarks>
/// A floating-point number is infinite or NaN exactly where all bits of its exponent are set. Same rules as ggml-quants.c, <c>ggml_validate_row_data</c>.
/// </remarks>
internal static class FiniteScan
{
    private const int F16Exponent = 0x7C00;
    private const int BF16Exponent = 0x7F80;
    private const uint F32Exponent = 0x7F800000;

    /// <summary>The index of the first block with an infinite or NaN value or scale; -1 where there is none.</summary>
    public static long FirstNonFinite(TensorType type, ReadOnlySpan<byte> blocks)
    {
        int size = TensorGeometry.BlockBytes(type);
        if (blocks.Length % size != 0) throw new ArgumentException($"{blocks.Length} bytes are not whole blocks of {type}.");
        switch (type)
        {
            case TensorType.F32: return Values(blocks, F32Exponent);
            case TensorType.F16: return Values(blocks, (ushort)F16Exponent);
            case TensorType.BF16: return Values(blocks, (ushort)BF16Exponent);
            case TensorType.F64: return Values(blocks, 0x7FF0000000000000UL);
            case TensorType.Q8_K: return Strided(blocks, size, 0, F32Exponent);
            case TensorType.MXFP4: return Exponents(blocks, size);
            case TensorType.IQ1_M: return ScatteredScales(blocks, size);
        }
        int first = ScaleOffset(type);
        if (first < 0) return -1;
        return HasTwo(type) ? StridedPair(blocks, size, first) : Strided(blocks, size, first);
    }

    // where a block's F16 scale lies; -1 where it has none
    private static int ScaleOffset(TensorType type) => type switch
    {
        TensorType.I8 or TensorType.I16 or TensorType.I32 or TensorType.I64 => -1,
        TensorType.NVFP4 => -1,   // every byte is a finite scale
        TensorType.Q2_K => 80,
        TensorType.Q3_K => 108,
        TensorType.Q6_K => 208,
        TensorType.TQ1_0 => 52,
        TensorType.TQ2_0 => 64,
        _ => 0,
    };

    // scale and minimum, side by side
    private static bool HasTwo(TensorType type) =>
        type is TensorType.Q4_1 or TensorType.Q5_1 or TensorType.Q8_1 or TensorType.Q2_K or TensorType.Q4_K or TensorType.Q5_K;

    private static long Values<T>(ReadOnlySpan<byte> bytes, T exponent) where T : unmanaged, IBinaryInteger<T>
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("Model files are little-endian, and so must be the processor.");
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(bytes);
        Vector<T> mask = new(exponent);
        int i = 0;
        for (; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> bits = new(values[i..]);
            if (Vector.EqualsAny(bits & mask, mask)) break;
        }
        for (; i < values.Length; i++)
        {
            if ((values[i] & exponent) == exponent) return i;
        }
        return -1;
    }

    private static long Strided(ReadOnlySpan<byte> bytes, int size, int offset)
    {
        for (int at = offset; at < bytes.Length; at += size)
        {
            if ((BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) & F16Exponent) == F16Exponent) return at / size;
        }
        return -1;
    }

    private static long StridedPair(ReadOnlySpan<byte> bytes, int size, int offset)
    {
        for (int at = offset; at < bytes.Length; at += size)
        {
            uint pair = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
            if ((pair & F16Exponent) == F16Exponent || (pair >> 16 & F16Exponent) == F16Exponent) return at / size;
        }
        return -1;
    }

    private static long Strided(ReadOnlySpan<byte> bytes, int size, int offset, uint exponent)
    {
        for (int at = offset; at < bytes.Length; at += size)
        {
            if ((BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]) & exponent) == exponent) return at / size;
        }
        return -1;
    }

    // MXFP4: a scale is a bare exponent, and 255 means NaN
    private static long Exponents(ReadOnlySpan<byte> bytes, int size)
    {
        for (int at = 0; at < bytes.Length; at += size)
        {
            if (bytes[at] == 255) return at / size;
        }
        return -1;
    }

    // IQ1_M: the scale's four nibbles are the highest ones of the block's last four 16-bit words, the lowest first
    private static long ScatteredScales(ReadOnlySpan<byte> bytes, int size)
    {
        for (int at = 0; at + size <= bytes.Length; at += size)
        {
            ulong words = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(at + 48)..]);
            ulong scale = words >> 12 & 0xF | words >> 24 & 0xF0 | words >> 36 & 0xF00 | words >> 48 & 0xF000;
            if ((scale & F16Exponent) == F16Exponent) return at / size;
        }
        return -1;
    }
}
