using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

/// <summary>
/// Rows of random blocks of any tensor type, as a file holds them: every bit pattern of codes, scales finite, some zero, subnormal or extreme.
/// </summary>
internal static class RandomBlocks
{
    public static byte[] Rows(TensorType type, int rows, int columns, Random random)
    {
        int blocks = rows * columns / TensorGeometry.BlockSize(type), bytes = TensorGeometry.BlockBytes(type);
        byte[] data = new byte[blocks * bytes];
        random.NextBytes(data);
        for (int block = 0; block < blocks; block++)
        {
            Span<byte> at = data.AsSpan(block * bytes, bytes);
            switch (type)
            {
                case TensorType.F32: BitConverter.TryWriteBytes(at, (float)(random.NextDouble() - 0.5)); break;
                case TensorType.F16: Half(at, 0, random); break;
                case TensorType.BF16:
                    BitConverter.TryWriteBytes(at,
                    (ushort)(BitConverter.SingleToUInt32Bits((float)(random.NextDouble() - 0.5)) >> 16)); break;
                case TensorType.Q4_1 or TensorType.Q5_1 or TensorType.Q4_K or TensorType.Q5_K: Half(at, 0, random); Half(at, 2, random); break;
                case TensorType.Q2_K: Half(at, 80, random); Half(at, 82, random); break;
                case TensorType.Q3_K: Half(at, 108, random); break;
                case TensorType.Q6_K: Half(at, 208, random); break;
                default: Half(at, 0, random); break;
            }
        }
        return data;
    }

    private static void Half(Span<byte> block, int offset, Random random)
    {
        Half value = random.Next(12) switch
        {
            0 => System.Half.Zero,
            1 => System.Half.Epsilon,                    // the smallest subnormal
            2 => (Half)(random.NextDouble() * 6e-5),     // subnormal
            3 => (Half)(-65504.0),                       // the largest
            _ => (Half)(random.NextDouble() - 0.5),
        };
        BitConverter.TryWriteBytes(block[offset..], value);
    }
}
