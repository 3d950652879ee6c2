using System.Runtime.InteropServices;
using Sandglass.Kernels;

namespace Sandglass.Generation;

/// <summary>The evidence of the arithmetic contract: equal logits have equal hashes, on any machine.</summary>
internal static class LogitsHash
{
    /// <summary>First 16 hex digits of the SHA-256 of the logits' F32 bits, little-endian.</summary>
    /// <param name="logits">[vocabulary]</param>
    public static string Of(ReadOnlySpan<float> logits)
    {
        // The panels' kernels are little-endian through and through, so memory order is the order that is promised.
        Span<byte> hash = stackalloc byte[Sha256.HashBytes];
        Sha256.Hash(MemoryMarshal.AsBytes(logits), hash);
        return Convert.ToHexStringLower(hash[..8]);
    }
}
