using System.Buffers.Text;
using Sandglass.Kernels;

namespace Sandglass.Server;

/// <summary>A key as it is kept: the name of its holder, and a hash in place of the key itself.</summary>
/// <param name="Name">The tenant: 1 to 64 letters, digits, dots, dashes and underscores. It appears in logs and metrics.</param>
/// <param name="Hash">[32], the SHA-256 of the key's UTF-8. Keys are long and random, so a slow hash would add nothing.</param>
/// <param name="Limits">What its holder may take.</param>
public sealed record ApiKey(string Name, ReadOnlyMemory<byte> Hash, KeyLimits Limits)
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashBytes = Sha256.HashBytes;

    /// <summary>The most bytes that a key may have; what is longer is no key.</summary>
    public const int MostBytes = 512;

    /// <summary>The fewest bytes of a key that a person chooses: a short one can be guessed.</summary>
    public const int FewestBytes = 16;

    private const int FreshBytes = 32;

    /// <summary>A new key, of 256 bits that nobody knows.</summary>
    /// <exception cref="IOException">The system gives no such bits.</exception>
    public static string Fresh()
    {
        byte[] chance = new byte[FreshBytes];
        if (OperatingSystem.IsLinux())
        {
            // the runtime's way needs OpenSSL
            using FileStream system = new("/dev/urandom", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            system.ReadExactly(chance);
        }
        else
        {
#pragma warning disable RS0030 // elsewhere it needs nothing that the system lacks
            System.Security.Cryptography.RandomNumberGenerator.Fill(chance);
#pragma warning restore RS0030
        }
        return $"sg-{Base64Url.EncodeToString(chance)}";
    }

    /// <summary>The hash of a key.</summary>
    public static byte[] HashOf(ReadOnlySpan<byte> key)
    {
        byte[] hash = new byte[HashBytes];
        Sha256.Hash(key, hash);
        return hash;
    }

    /// <summary>Whether a name can be one: what goes into logs, metrics and headers must not need to be escaped.</summary>
    public static bool IsName(string name) =>
        name.Length is >= 1 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
