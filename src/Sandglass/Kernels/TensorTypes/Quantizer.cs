using System.Buffers.Binary;

namespace Sandglass.Kernels;

/// <summary>F32 values to stored blocks, byte for byte as ggml-quants.c, <c>quantize_row_*_ref</c>, with each operation rounded separately.</summary>
internal static class Quantizer
{
    /// <summary>True for the types that <see cref="Quantize"/> knows.</summary>
    public static bool Supports(TensorType type) => type is TensorType.F32 or TensorType.F16 or TensorType.BF16
        or TensorType.Q8_0 or TensorType.Q4_0 or TensorType.Q4_1;

    /// <summary>Whole blocks of values, in order.</summary>
    /// <exception cref="ArgumentException">The lengths do not fit each other, or the type is not supported.</exception>
    public static void Quantize(TensorType type, ReadOnlySpan<float> values, Span<byte> blocks)
    {
        int blockSize = TensorGeometry.BlockSize(type), blockBytes = TensorGeometry.BlockBytes(type);
        int count = values.Length / blockSize;
        if (values.Length != count * blockSize || blocks.Length != (long)count * blockBytes)
            throw new ArgumentException($"{blocks.Length} bytes of {type} are not the blocks of {values.Length} values.");

        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> input = values.Slice(i * blockSize, blockSize);
            Span<byte> block = blocks.Slice(i * blockBytes, blockBytes);
            switch (type)
            {
                case TensorType.F32: BinaryPrimitives.WriteSingleLittleEndian(block, input[0]); break;
                case TensorType.F16: WriteF16(block, input[0]); break;
                case TensorType.BF16: BinaryPrimitives.WriteUInt16LittleEndian(block, BF16(input[0])); break;
                case TensorType.Q8_0: Q8_0(input, block); break;
                case TensorType.Q4_0: Q4_0(input, block); break;
                case TensorType.Q4_1: Q4_1(input, block); break;
                default: throw new ArgumentOutOfRangeException(nameof(type), type, "no quantiser for this type");
            }
        }
    }

    private static void Q8_0(ReadOnlySpan<float> input, Span<byte> block)
    {
        float largest = 0;
        foreach (float value in input)
        {
            if (MathF.Abs(value) > largest) largest = MathF.Abs(value);
        }

        float scale = largest / 127;
        float inverse = scale != 0 ? 1 / scale : 0;
        WriteF16(block, scale);
        for (int j = 0; j < 32; j++) block[2 + j] = ToInt8(MathF.Round(input[j] * inverse, MidpointRounding.AwayFromZero));
    }

    private static void Q4_0(ReadOnlySpan<float> input, Span<byte> block)
    {
        float largest = 0, signed = 0;   // the value farthest from 0 becomes -8, the first where several are
        foreach (float value in input)
        {
            if (MathF.Abs(value) > largest) (largest, signed) = (MathF.Abs(value), value);
        }

        float scale = signed / -8;
        float inverse = scale != 0 ? 1 / scale : 0;
        WriteF16(block, scale);
        for (int j = 0; j < 16; j++)
        {
            int low = Nibble(input[j] * inverse + 8.5f);
            int high = Nibble(input[j + 16] * inverse + 8.5f);
            block[2 + j] = (byte)(low | high << 4);
        }
    }

    private static void Q4_1(ReadOnlySpan<float> input, Span<byte> block)
    {
        float least = float.MaxValue, most = -float.MaxValue;
        foreach (float value in input)
        {
            if (value < least) least = value;
            if (value > most) most = value;
        }

        float scale = (most - least) / 15;
        float inverse = scale != 0 ? 1 / scale : 0;
        WriteF16(block, scale);
        WriteF16(block[2..], least);
        for (int j = 0; j < 16; j++)
        {
            int low = Nibble((input[j] - least) * inverse + 0.5f);
            int high = Nibble((input[j + 16] - least) * inverse + 0.5f);
            block[4 + j] = (byte)(low | high << 4);
        }
    }

    private static int Nibble(float value) => Math.Min(15, (int)(sbyte)ToInt8(value)) & 0xFF;

    /// <summary>(int8_t)value as x86 processors compute it: truncated to int32, of which the low byte is kept; 0 outside int32's range and for NaN.</summary>
    /// <remarks>This occurs where a block's scale is so small that its inverse is infinite.</remarks>
    private static byte ToInt8(float value) => value is > -2147483648f and < 2147483648f ? (byte)(int)value : (byte)0;

    private static void WriteF16(Span<byte> bytes, float value) => BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value);

    // the nearest, ties to even; a NaN stays one
    private static ushort BF16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)(bits >> 16 | 64) : (ushort)(bits + (0x7FFF + (bits >> 16 & 1)) >> 16);
    }
}
