using System.Buffers.Binary;

namespace Sandglass.Kernels;

/// <summary>Stored blocks to F32 values, written for readability: the reference for the fast kernels' tests.</summary>
/// <remarks>
/// The arithmetic of ggml-quants.c, <c>dequantize_row_*</c>: one product, or a product and a sum, each rounded separately. Super-blocks of 256:
/// <see cref="DequantizerK"/>.
/// </remarks>
internal static class Dequantizer
{
    /// <summary>True for the types that <see cref="Dequantize"/> knows.</summary>
    public static bool Supports(TensorType type) => ComputedTypes.All.Contains(type);

    /// <summary>The values of whole blocks, in order.</summary>
    /// <exception cref="ArgumentException">The lengths do not fit each other, or the type is not supported.</exception>
    public static void Dequantize(TensorType type, ReadOnlySpan<byte> blocks, Span<float> values)
    {
        int blockSize = TensorGeometry.BlockSize(type), blockBytes = TensorGeometry.BlockBytes(type);
        int count = values.Length / blockSize;
        if (values.Length != count * blockSize || blocks.Length != (long)count * blockBytes)
            throw new ArgumentException($"{blocks.Length} bytes of {type} are not the blocks of {values.Length} values.");

        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> block = blocks.Slice(i * blockBytes, blockBytes);
            Span<float> output = values.Slice(i * blockSize, blockSize);
            switch (type)
            {
                case TensorType.F32: output[0] = BinaryPrimitives.ReadSingleLittleEndian(block); break;
                case TensorType.F16: output[0] = F16(block); break;
                case TensorType.BF16: output[0] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(block) << 16); break;
                case TensorType.Q8_0: Q8_0(block, output); break;
                case TensorType.Q4_0: Q4_0(block, output); break;
                case TensorType.Q4_1: Q4_1(block, output); break;
                case TensorType.Q5_0: Q5_0(block, output); break;
                case TensorType.Q5_1: Q5_1(block, output); break;
                case TensorType.Q2_K: DequantizerK.Q2_K(block, output); break;
                case TensorType.Q3_K: DequantizerK.Q3_K(block, output); break;
                case TensorType.Q4_K: DequantizerK.Q4_K(block, output); break;
                case TensorType.Q5_K: DequantizerK.Q5_K(block, output); break;
                case TensorType.Q6_K: DequantizerK.Q6_K(block, output); break;
                default: throw new ArgumentOutOfRangeException(nameof(type), type, "no dequantiser for this type");
            }
        }
    }

    /// <summary>The half-precision number that a block's bytes begin with.</summary>
    internal static float F16(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    // scale F16, 32 int8
    private static void Q8_0(ReadOnlySpan<byte> block, Span<float> output)
    {
        float scale = F16(block);
        for (int j = 0; j < 32; j++) output[j] = (sbyte)block[2 + j] * scale;
    }

    // scale F16, 16 bytes: low nibbles are values 0 to 15, high nibbles 16 to 31, each 8 too large
    private static void Q4_0(ReadOnlySpan<byte> block, Span<float> output)
    {
        float scale = F16(block);
        for (int j = 0; j < 16; j++)
        {
            int pair = block[2 + j];
            output[j] = ((pair & 15) - 8) * scale;
            output[j + 16] = ((pair >> 4) - 8) * scale;
        }
    }

    // scale F16, minimum F16, nibbles as above
    private static void Q4_1(ReadOnlySpan<byte> block, Span<float> output)
    {
        float scale = F16(block), minimum = F16(block[2..]);
        for (int j = 0; j < 16; j++)
        {
            int pair = block[4 + j];
            output[j] = (pair & 15) * scale + minimum;
            output[j + 16] = (pair >> 4) * scale + minimum;
        }
    }

    // scale F16, 32 fifth bits (bit j is value j's), nibbles as above; 16 too large
    private static void Q5_0(ReadOnlySpan<byte> block, Span<float> output)
    {
        float scale = F16(block);
        uint fifth = BinaryPrimitives.ReadUInt32LittleEndian(block[2..]);
        for (int j = 0; j < 16; j++)
        {
            int pair = block[6 + j];
            output[j] = ((pair & 15 | (int)(fifth >> j & 1) << 4) - 16) * scale;
            output[j + 16] = ((pair >> 4 | (int)(fifth >> (j + 16) & 1) << 4) - 16) * scale;
        }
    }

    // scale F16, minimum F16, 32 fifth bits, nibbles
    private static void Q5_1(ReadOnlySpan<byte> block, Span<float> output)
    {
        float scale = F16(block), minimum = F16(block[2..]);
        uint fifth = BinaryPrimitives.ReadUInt32LittleEndian(block[4..]);
        for (int j = 0; j < 16; j++)
        {
            int pair = block[8 + j];
            output[j] = (pair & 15 | (int)(fifth >> j & 1) << 4) * scale + minimum;
            output[j + 16] = (pair >> 4 | (int)(fifth >> (j + 16) & 1) << 4) * scale + minimum;
        }
    }
}
