using System.Buffers.Binary;

namespace Sandglass.ModelFiles;

/// <summary>Copies a fact byte for byte, as llama.cpp does when it rewrites a file: texts end at a zero byte, flags become 0 or 1, all else stays.</summary>
internal static class RawFact
{
    /// <summary><paramref name="fact"/>: key, kind and value, as read and checked; <paramref name="kindAt"/>: where the kind begins in it.</summary>
    public static byte[] Copy(ReadOnlySpan<byte> fact, int kindAt)
    {
        GgufEncoder output = new();
        ReadOnlySpan<byte> rest = fact[kindAt..];
        GgufKind kind = Kind(rest);
        output.Raw(fact[..(kindAt + 4)]);
        rest = rest[4..];
        ulong count = 1;
        if (kind == GgufKind.List)
        {
            kind = Kind(rest);
            count = BinaryPrimitives.ReadUInt64LittleEndian(rest[4..]);
            output.Raw(rest[..12]);
            rest = rest[12..];
        }

        if (kind == GgufKind.Text)
        {
            for (ulong i = 0; i < count; i++)
            {
                int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest);
                ReadOnlySpan<byte> text = rest.Slice(8, length);
                int end = text.IndexOf((byte)0);
                output.Text(end < 0 ? text : text[..end]);
                rest = rest[(8 + length)..];
            }
        }
        else if (kind == GgufKind.Bool)
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

    private static GgufKind Kind(ReadOnlySpan<byte> bytes) => (GgufKind)BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
