using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sandglass.Kernels.MachineCode;

namespace Sandglass.Kernels;

/// <summary>SHA-256, so that hashes need no library of the system. Source: FIPS 180-4, sections 4 to 6.</summary>
/// <remarks>The runtime's implementation goes through OpenSSL on Linux and aborts the process where that is not installed.</remarks>
internal static unsafe class Sha256
{
    /// <summary>Length of a hash.</summary>
    public const int HashBytes = 32;

    internal const int BlockBytes = 64;

    /// <summary>
    /// Fractional parts of the cube roots of the first 64 primes, then the byte order that turns four words big-endian: one block of memory, as machine code
    /// reads it.
    /// </summary>
    internal static ReadOnlySpan<uint> Constants =>
    [
        0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
        0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
        0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
        0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
        0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
        0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
        0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
        0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
        0x00010203, 0x04050607, 0x08090A0B, 0x0C0D0E0F,
    ];

    private const int StateWords = 8;

    /// <summary>Fractional parts of the square roots of the first 8 primes.</summary>
    private static ReadOnlySpan<uint> Start => [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19];

    /// <summary>The hash of some bytes.</summary>
    /// <param name="text">Any number of bytes.</param>
    /// <param name="hash">[32]</param>
    [SkipLocalsInit]
    public static void Hash(ReadOnlySpan<byte> text, Span<byte> hash)
    {
        uint* state = stackalloc uint[StateWords];
        Start.CopyTo(new Span<uint>(state, StateWords));
        int whole = text.Length / BlockBytes;
        fixed (byte* blocks = text) Compress(state, blocks, whole);
        Finish(state, text[(whole * BlockBytes)..], text.Length, hash);
    }

    /// <summary>The hash of all that a source gives, of which a piece at a time is in memory.</summary>
    /// <param name="read">Fills the room that it is given, as far as anything is left, and returns how many bytes that was.</param>
    /// <param name="hash">[32]</param>
    public static void Hash(ReadPiece read, Span<byte> hash)
    {
        const int PieceBytes = 1 << 20;
        byte[] piece = new byte[PieceBytes];
        uint* state = stackalloc uint[StateWords];
        Start.CopyTo(new Span<uint>(state, StateWords));
        long length = 0;
        int bytes;
        while ((bytes = Fill(read, piece)) == PieceBytes)
        {
            fixed (byte* blocks = piece) Compress(state, blocks, PieceBytes / BlockBytes);
            length += PieceBytes;
        }
        int whole = bytes / BlockBytes;
        fixed (byte* blocks = piece) Compress(state, blocks, whole);
        Finish(state, piece.AsSpan(whole * BlockBytes, bytes - whole * BlockBytes), length + bytes, hash);
    }

    /// <summary>Gives the next bytes of a source; 0 at its end.</summary>
    public delegate int ReadPiece(Span<byte> to);

    private static int Fill(ReadPiece read, Span<byte> piece)
    {
        int bytes = 0, more;
        while (bytes < piece.Length && (more = read(piece[bytes..])) > 0) bytes += more;
        return bytes;
    }

    [SkipLocalsInit]
    private static void Finish(uint* state, ReadOnlySpan<byte> rest, long length, Span<byte> hash)
    {
        // The rest, a bit of 1, zeros, and the length in bits fill one or two blocks.
        Span<byte> last = stackalloc byte[2 * BlockBytes];
        int bytes = rest.Length + 9 <= BlockBytes ? BlockBytes : 2 * BlockBytes;
        last.Clear();
        rest.CopyTo(last);
        last[rest.Length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(last[(bytes - 8)..], 8 * (ulong)length);
        fixed (byte* blocks = last) Compress(state, blocks, bytes / BlockBytes);

        for (int i = 0; i < StateWords; i++)
            BinaryPrimitives.WriteUInt32BigEndian(hash[(4 * i)..], state[i]);
    }

    private static void Compress(uint* state, byte* blocks, int count)
    {
        if (!Sha256Kernel.TryCompress(state, blocks, count)) Plain(state, blocks, count);
    }

    /// <summary>The plain twin of <see cref="Sha256Kernel"/>.</summary>
    /// <param name="state">[8]</param>
    /// <param name="blocks">[count, 64]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Plain(uint* state, byte* blocks, int count)
    {
        uint* w = stackalloc uint[64];
        uint* k = (uint*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Constants)); // part of the program image: it does not move
        for (; count > 0; count--, blocks += BlockBytes)
        {
            for (int t = 0; t < 16; t++)
                w[t] = BinaryPrimitives.ReverseEndianness(((uint*)blocks)[t]);
            for (int t = 16; t < 64; t++)
            {
                uint near = w[t - 2], far = w[t - 15];
                w[t] = (BitOperations.RotateRight(near, 17) ^ BitOperations.RotateRight(near, 19) ^ near >> 10) + w[t - 7]
                    + (BitOperations.RotateRight(far, 7) ^ BitOperations.RotateRight(far, 18) ^ far >> 3) + w[t - 16];
            }

            uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
            for (int t = 0; t < 64; t += 8)
            {
                Round(a, b, c, ref d, e, f, g, ref h, k[t] + w[t]);
                Round(h, a, b, ref c, d, e, f, ref g, k[t + 1] + w[t + 1]);
                Round(g, h, a, ref b, c, d, e, ref f, k[t + 2] + w[t + 2]);
                Round(f, g, h, ref a, b, c, d, ref e, k[t + 3] + w[t + 3]);
                Round(e, f, g, ref h, a, b, c, ref d, k[t + 4] + w[t + 4]);
                Round(d, e, f, ref g, h, a, b, ref c, k[t + 5] + w[t + 5]);
                Round(c, d, e, ref f, g, h, a, ref b, k[t + 6] + w[t + 6]);
                Round(b, c, d, ref e, f, g, h, ref a, k[t + 7] + w[t + 7]);
            }
            (state[0], state[1], state[2], state[3]) = (state[0] + a, state[1] + b, state[2] + c, state[3] + d);
            (state[4], state[5], state[6], state[7]) = (state[4] + e, state[5] + f, state[6] + g, state[7] + h);
        }
    }

    /// <summary>One of 64 rounds. Instead of moving eight words, the caller renames them: h becomes the next a, d the next e.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(uint a, uint b, uint c, ref uint d, uint e, uint f, uint g, ref uint h, uint word)
    {
        h += (BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25)) + (g ^ e & (f ^ g)) + word;
        d += h;
        h += (BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22)) + (a & b | c & (a | b));
    }
}
