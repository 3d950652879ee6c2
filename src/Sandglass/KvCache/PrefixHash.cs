using System.Runtime.InteropServices;
using System.Text;
using Sandglass.Kernels;

namespace Sandglass.KvCache;

/// <summary>The name of a full page set: a hash of its tokens and of the name before it, so that equal names mean equal beginnings, and with the contract equal bits.</summary>
/// <remarks>SHA-256: nobody finds two texts of one name, so a hit needs no second look.</remarks>
internal readonly record struct PrefixHash(UInt128 First, UInt128 Second)
{
    /// <summary>What stands before the first page: whose keys and values they are, and how they are stored.</summary>
    public static PrefixHash Beginning(string model, CacheShape shape) => Of(Encoding.UTF8.GetBytes($"{model}\n{shape}"));

    /// <summary>The name of the page behind this one.</summary>
    /// <param name="tokens">[32]</param>
    public PrefixHash Next(ReadOnlySpan<int> tokens)
    {
        Span<byte> text = stackalloc byte[32 + CacheShape.PagePositions * sizeof(int)];
        MemoryMarshal.Write(text, in this);
        MemoryMarshal.AsBytes(tokens[..CacheShape.PagePositions]).CopyTo(text[32..]);
        return Of(text);
    }

    private static PrefixHash Of(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[Sha256.HashBytes];
        Sha256.Hash(text, hash);
        return MemoryMarshal.Read<PrefixHash>(hash);
    }
}
