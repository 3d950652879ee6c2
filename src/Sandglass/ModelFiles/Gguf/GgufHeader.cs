using System.Text;

namespace Sandglass.ModelFiles;

/// <summary>Where one entry lies in the file: the offsets of the key's length, of the value's type, and of the next entry.</summary>
internal readonly record struct MetadataRange(string Key, long Start, long KindAt, long End);

/// <summary>The header of one GGUF file: version, metadata, and what it says about its tensors.</summary>
/// <remarks>
/// Layout (github.com/ggml-org/ggml, docs/gguf.md): "GGUF", version u32, tensor count u64, metadata count u64; for each entry its key, type and value; for each
/// tensor its name, dimension count u32, dimensions u64, type u32 and offset u64; padding to general.alignment; the tensors' data.
/// </remarks>
internal sealed class GgufHeader
{
    private const int LeastEntryBytes = 8 + 1 + 4 + 1;             // key length, one byte of key, type, one byte of value
    private const int DefaultAlignment = 32;
    private const int MaxAlignment = 1 << 20;

    public required int Version { get; init; }

    public required Metadata Metadata { get; init; }

    public required IReadOnlyList<TensorInfo> Tensors { get; init; }

    /// <summary>Where each entry lies, in the order of the file; empty unless asked for.</summary>
    public required IReadOnlyList<MetadataRange> Ranges { get; init; }

    public static GgufHeader Read(ByteSource source, int part, bool wantRanges = false)
    {
        GgufCursor cursor = new(source);
        int version = ReadVersion(cursor);

        cursor.At("tensor count");
        int tensorCount = cursor.Count(GgufTensors.LeastBytes);
        cursor.At("metadata count");
        int entryCount = cursor.Count(LeastEntryBytes);

        List<MetadataRange> ranges = wantRanges ? new(entryCount) : [];
        OrderedDictionary<string, object> entries = new(entryCount, StringComparer.Ordinal);
        for (int i = 0; i < entryCount; i++)
        {
            cursor.At("metadata key");
            long start = cursor.Position;
            string key = cursor.String();
            if (key.Length == 0) Fail.EmptyName(cursor.File, cursor.Field);
            cursor.At("metadata", key);
            long kindAt = cursor.Position;
            object value = GgufValue.Read(cursor);
            if (!entries.TryAdd(key, value)) Fail.Duplicate(cursor.File, cursor.Field);
            if (wantRanges) ranges.Add(new MetadataRange(key, start, kindAt, cursor.Position));
        }

        Metadata metadata = new(source.Name, entries);
        TensorInfo[] tensors = GgufTensors.Read(cursor, tensorCount, part, Alignment(metadata), source.Length);
        return new GgufHeader { Version = version, Metadata = metadata, Tensors = tensors, Ranges = ranges };
    }

    private static int ReadVersion(GgufCursor cursor)
    {
        cursor.At("first four bytes");
        Span<byte> magic = stackalloc byte[4];
        cursor.Bytes(magic);
        if (!magic.SequenceEqual("GGUF"u8)) Fail.NotGguf(cursor.File, Printable(magic));

        cursor.At("version");
        uint version = cursor.UInt32();
        if (version != 0 && (version & 0xFFFF) == 0) Fail.BigEndian(cursor.File, version);
        if (version > 3) Fail.NewerVersion(cursor.File, version);
        if (version < 2) Fail.Version(cursor.File, version);
        return (int)version;
    }

    private static int Alignment(Metadata metadata)
    {
        long alignment = metadata.Integer("general.alignment") ?? DefaultAlignment;    // the format asks for a uint32; any integer is taken
        if (alignment is < 1 or > MaxAlignment || (alignment & (alignment - 1)) != 0) Fail.Alignment(metadata.File, $"{alignment}");
        return (int)alignment;
    }

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0) return $"\"{Encoding.ASCII.GetString(bytes)}\"";
        return $"bytes {Convert.ToHexString(bytes)}";
    }
}
