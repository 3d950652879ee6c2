using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Sandglass.ModelFiles;

/// <summary>Reads a GGUF header in order, through a small buffer; nothing is allocated for bytes that are not there.</summary>
internal sealed class GgufCursor(ByteSource source)
{
    /// <summary>
    /// A longer header is refused before it is read, so that no length or count reaches the limits of an array. The largest headers of published models are
    /// over 30 times
    /// smaller.
    /// </summary>
    public const int MaxHeaderBytes = 1 << 29;

    private readonly byte[] _buffer = new byte[(int)Math.Min(1 << 16, source.Length)];
    private long _bufferStart;
    private int _bufferLength;

    /// <summary>The offset of the next byte in the file.</summary>
    public long Position { get; private set; }

    public long Left => source.Length - Position;

    public string File => source.Name;

    // The field being read, for errors: its name is composed only when an error is thrown.
    private string _fieldKind = "";
    private string? _fieldName;
    private string _fieldPart = "";

    /// <summary>Names the field that is read next, for instance ("tensor", name, ", offset").</summary>
    public void At(string kind, string? name = null, string part = "")
    {
        _fieldKind = kind;
        _fieldName = name;
        _fieldPart = part;
    }

    public string Field => _fieldName is null ? _fieldKind + _fieldPart : $"{_fieldKind} {Fail.Short(_fieldName)}{_fieldPart}";

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>
    /// A count of items that take at least <paramref name="leastBytes"/> each. Refused where the rest of the file, or a header of the greatest length, cannot
    /// hold them.
    /// </summary>
    public int Count(int leastBytes)
    {
        ulong count = UInt64();
        long limit = Left / leastBytes;
        if (count > (ulong)limit) Fail.Count(File, Field, count, limit);
        RefuseBeyondHeader((long)count * leastBytes);
        return (int)count;
    }

    /// <summary>A UTF-8 string preceded by its length; bytes that are not UTF-8 become U+FFFD.</summary>
    public string String()
    {
        ulong length = UInt64();
        if (length > (ulong)Left) Fail.TextLength(File, Field, length, Left);
        RefuseBeyondHeader((long)length);
        if (length == 0) return "";
        if (length <= (ulong)_buffer.Length) return Text(Take((int)length));

        byte[] bytes = new byte[length];
        Bytes(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    // A vocabulary has a hundred thousand strings of a few letters, of one or two bytes each: for them the decoder for everything is slow to set out, most of all
    // where code is interpreted, as in a browser's tab.
    [SkipLocalsInit]
    internal static string Text(ReadOnlySpan<byte> bytes)
    {
        const int Short = 32;
        if (bytes.Length > Short) return Encoding.UTF8.GetString(bytes);
        Span<char> letters = stackalloc char[Short];
        int count = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            byte first = bytes[i];
            if (first < 0x80)
            {
                letters[count++] = (char)first;
                continue;
            }
            if (first is < 0xC2 or > 0xDF || i + 1 == bytes.Length || (bytes[i + 1] & 0xC0) != 0x80) return Encoding.UTF8.GetString(bytes);
            letters[count++] = (char)((first & 0x1F) << 6 | (bytes[++i] & 0x3F));
        }
        return new string(letters[..count]);
    }

    /// <summary>Consecutive numbers; the count has been checked against the bytes that are left.</summary>
    public T[] Numbers<T>(int count) where T : unmanaged
    {
        if (count == 0) return [];
        T[] numbers = GC.AllocateUninitializedArray<T>(count);
        Span<byte> bytes = MemoryMarshal.AsBytes(numbers.AsSpan());
        Bytes(bytes);
        if (!BitConverter.IsLittleEndian)
        {
            for (int i = 0; i < bytes.Length; i += Unsafe.SizeOf<T>()) bytes.Slice(i, Unsafe.SizeOf<T>()).Reverse();
        }
        return numbers;
    }

    /// <summary>Raw bytes; many of them bypass the buffer.</summary>
    public void Bytes(Span<byte> destination)
    {
        if (destination.Length > Left) Fail.Truncated(File, Field, destination.Length, Left);
        RefuseBeyondHeader(destination.Length);
        if (destination.Length <= _buffer.Length)
        {
            Take(destination.Length).CopyTo(destination);
            return;
        }
        source.Read(Position, destination);
        Position += destination.Length;
    }

    private void RefuseBeyondHeader(long count)
    {
        if (count > MaxHeaderBytes - Position) Fail.HeaderSize(File, Field, MaxHeaderBytes, Position, count);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > Left) Fail.Truncated(File, Field, count, Left);
        RefuseBeyondHeader(count);
        long inBuffer = Position - _bufferStart;
        if (inBuffer < 0 || inBuffer + count > _bufferLength)
        {
            _bufferStart = Position;
            _bufferLength = (int)Math.Min(_buffer.Length, Left);
            source.Read(_bufferStart, _buffer.AsSpan(0, _bufferLength));
            inBuffer = 0;
        }
        Position += count;
        return _buffer.AsSpan((int)inBuffer, count);
    }
}
