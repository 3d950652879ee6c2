using System.Text;

namespace Sandglass.Server;

/// <summary>All keys that are valid at a time.</summary>
/// <param name="keys">With different names and hashes.</param>
public sealed class KeyRing(IReadOnlyList<ApiKey> keys)
{
    /// <summary>No keys: then everybody may ask.</summary>
    public static KeyRing Empty { get; } = new([]);

    /// <summary>Its keys.</summary>
    public IReadOnlyList<ApiKey> Keys => keys;

    /// <summary>The key that was shown; null where it is none of these.</summary>
    /// <remarks>Every key is compared with, and each comparison reads all bytes: how long it takes tells nothing about any key.</remarks>
    public ApiKey? Find(ReadOnlySpan<char> shown)
    {
        Span<byte> text = stackalloc byte[ApiKey.MostBytes];
        if (!Encoding.UTF8.TryGetBytes(shown, text, out int bytes)) return null;

        byte[] hash = ApiKey.HashOf(text[..bytes]);
        int found = -1;
        for (int i = 0; i < keys.Count; i++)
        {
            int different = Difference(keys[i].Hash.Span, hash);
            found = different == 0 ? i : found;
        }
        return found < 0 ? null : keys[found];
    }

    /// <summary>0 where all bytes are equal. (The runtime's own comparison of this kind is in a library that needs OpenSSL.)</summary>
    private static int Difference(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int different = a.Length ^ b.Length;
        for (int i = 0; i < ApiKey.HashBytes; i++) different |= a[i] ^ b[i];
        return different;
    }
}
