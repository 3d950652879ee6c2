using System.Runtime.InteropServices;
using System.Text;
using Sandglass.Kernels;

namespace Sandglass.KvCache;

/// <summary>
/// The name of a full page set: a hash of its tokens and of the name before it. Equal names mean equal beginnings and, by the contract, equal bits.
/// </summary>
/// <remarks>SHA-256: no two texts of one name are known, so a hit needs no second look.</remarks>
internal readonly record struct PrefixHash(UInt128 First, UInt128 Second)
{
    /// <summary>What comes before the first page: the model whose keys and values they are, and how they are stored.</summary>
    public static PrefixHash Beginning(string model, CacheShape shape) => Of(Encoding.UTF8.GetBytes($"{model}\n{shape}"));

    /// <summary>The beginning of texts that share pages only among themselves.</summary>
    /// <param name="salt">What they have in common; null for none: then this one.</param>
    public PrefixHash Salted(string? salt)
    {
        if (salt is null) return this;
        // The salt's own hash goes in: so this is a text of 64 bytes, and no salt, however it is chosen, makes it the 160 of a page.
        Span<byte> text = stackalloc byte[2 * Sha256.HashBytes];
        MemoryMarshal.Write(text, in this);
        Sha256.Hash(MemoryMarshal.AsBytes(salt.AsSpan()), text[Sha256.HashBytes..]);     // UTF-16: of two unpaired surrogates UTF-8 makes the same
        return Of(text);
    }

    /// <summary>The name of the page after this one.</summary>
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
