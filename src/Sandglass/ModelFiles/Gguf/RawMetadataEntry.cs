using System.Buffers.Binary;

namespace Sandglass.ModelFiles;

/// <summary>
/// Copies an entry byte for byte, as llama.cpp does when it rewrites a file: strings end at a zero byte, flags become 0 or 1, everything else stays.
/// </summary>
internal static class RawMetadataEntry
{
    /// <summary>
    /// <paramref name="entry"/>: key, type and value, which have been read and checked; <paramref name="kindAt"/>: where the type begins in it.
    /// </summary>
    public static byte[] Copy(ReadOnlySpan<byte> entry, int kindAt)
    {
        GgufEncoder output = new();
        ReadOnlySpan<byte> rest = entry[kindAt..];
        GgufValueType kind = Kind(rest);
        output.Raw(entry[..(kindAt + 4)]);
        rest = rest[4..];
        ulong count = 1;
        if (kind == GgufValueType.Array)
        {
            kind = Kind(rest);
            count = BinaryPrimitives.ReadUInt64LittleEndian(rest[4..]);
            output.Raw(rest[..12]);
            rest = rest[12..];
        }

        if (kind == GgufValueType.String)
        {
            for (ulong i = 0; i < count; i++)
            {
                int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest);
                ReadOnlySpan<byte> text = rest.Slice(8, length);
                int end = text.IndexOf((byte)0);
                output.String(end < 0 ? text : text[..end]);
                rest = rest[(8 + length)..];
            }
        }
        else if (kind == GgufValueType.Bool)
        {
            foreach (byte flag in rest) output.Raw([flag == 0 ? (byte)0 : (byte)1]);
        }
        else
        {
            output.Raw(rest);
        }

        using MemoryStream bytes = new();
        output.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static GgufValueType Kind(ReadOnlySpan<byte> bytes) => (GgufValueType)BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
