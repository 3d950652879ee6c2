using System.IO.Compression;
using Sandglass.Kernels;

namespace Sandglass.Server;

/// <summary>A file of the page, as it was embedded: compressed with brotli where that makes it smaller.</summary>
internal sealed class PageAsset
{
    private readonly byte[] _embedded;
    private readonly bool _isBrotli;
    private readonly string _hash;
    private readonly Lazy<byte[]> _plain;
    private readonly Lazy<byte[]> _gzip;

    /// <param name="path">Below the page, for instance <c>assets/index-1a2b3c.js</c>.</param>
    /// <param name="embedded">Its bytes.</param>
    /// <param name="isBrotli">Whether they are compressed.</param>
    public PageAsset(string path, byte[] embedded, bool isBrotli)
    {
        (Path, _embedded, _isBrotli) = (path, embedded, isBrotli);
        _plain = new(() => _isBrotli ? Inflate(_embedded) : _embedded);
        _gzip = new(() => Compress(_plain.Value));
        Span<byte> hash = stackalloc byte[Sha256.HashBytes];
        Sha256.Hash(embedded, hash);
        _hash = Convert.ToHexStringLower(hash[..16]);
    }

    /// <summary>Below the page.</summary>
    public string Path { get; }

    /// <summary>What it is known by in each form that it is sent in.</summary>
    public string[] ETags => [ETag(null), ETag("br"), ETag("gzip")];

    /// <summary>Of HTTP.</summary>
    public string ContentType => System.IO.Path.GetExtension(Path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" or ".mjs" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".json" => "application/json",
        ".wasm" => "application/wasm",
        _ => "application/octet-stream",
    };

    /// <summary>Whether its name changes with its content.</summary>
    public bool IsImmutable => Path.StartsWith("assets/", StringComparison.Ordinal);

    /// <summary>As it was before it was compressed.</summary>
    public byte[] Plain => _plain.Value;

    /// <summary>The smallest form that a client takes, and its name; null where that is none.</summary>
    public (byte[] Bytes, string? Encoding) For(string accepted)
    {
        if (!_isBrotli) return (_embedded, null);
        if (Takes(accepted, "br")) return (_embedded, "br");
        return Takes(accepted, "gzip") ? (_gzip.Value, "gzip") : (_plain.Value, null);
    }

    /// <summary>Says which bytes these are, in the form of an encoding, or in none.</summary>
    public string ETag(string? encoding) => encoding is null ? $"\"{_hash}\"" : $"\"{_hash}-{encoding}\"";

    /// <summary>Whether a list like <c>gzip, br;q=0.9</c> has a name, and not with weight 0.</summary>
    private static bool Takes(string accepted, string name)
    {
        foreach (Range part in accepted.AsSpan().Split(','))
        {
            ReadOnlySpan<char> item = accepted.AsSpan()[part].Trim();
            int weight = item.IndexOf(';');
            ReadOnlySpan<char> coding = (weight < 0 ? item : item[..weight]).Trim();
            if (!coding.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            return weight < 0 || item[(weight + 1)..].Trim() is not ("q=0" or "q=0.0" or "q=0.00" or "q=0.000");
        }
        return false;
    }

    private static byte[] Inflate(byte[] bytes)
    {
        using BrotliStream brotli = new(new MemoryStream(bytes), CompressionMode.Decompress);
        using MemoryStream plain = new();
        brotli.CopyTo(plain);
        return plain.ToArray();
    }

    private static byte[] Compress(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.SmallestSize)) gzip.Write(bytes);
        return packed.ToArray();
    }
}
