using System.Buffers.Binary;
using System.Text;

namespace Sandglass.ModelFiles;

/// <summary>Writes the parts of a GGUF header: numbers, strings, and values preceded by their type.</summary>
internal sealed class GgufEncoder
{
    private readonly MemoryStream _bytes = new();

    public long Length => _bytes.Length;

    public void CopyTo(Stream destination) => _bytes.WriteTo(destination);

    public void Raw(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    public void UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _bytes.Write(bytes);
    }

    public void UInt64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _bytes.Write(bytes);
    }

    public void String(string text) => String(Encoding.UTF8.GetBytes(text));

    public void String(ReadOnlySpan<byte> utf8)
    {
        UInt64((ulong)utf8.Length);
        _bytes.Write(utf8);
    }

    /// <summary>A value as <see cref="Metadata"/> holds it, preceded by its type.</summary>
    public void Value(object value)
    {
        GgufValueType kind = KindOf(value.GetType());
        UInt32((uint)kind);
        if (kind == GgufValueType.Array) List((Array)value);
        else Plain(value);
    }

    private void List(Array list)
    {
        GgufValueType kind = list is object[] and not string[]? GgufValueType.Array : KindOf(list.GetType().GetElementType()!);
        UInt32((uint)kind);
        UInt64((ulong)list.Length);
        foreach (object value in list)
        {
            if (kind == GgufValueType.Array) List((Array)value);
            else Plain(value);
        }
    }

    private void Plain(object value)
    {
        switch (value)
        {
            case byte number: _bytes.WriteByte(number); break;
            case sbyte number: _bytes.WriteByte((byte)number); break;
            case bool flag: _bytes.WriteByte(flag ? (byte)1 : (byte)0); break;
            case ushort number: UInt16(number); break;
            case short number: UInt16((ushort)number); break;
            case uint number: UInt32(number); break;
            case int number: UInt32((uint)number); break;
            case float number: UInt32(BitConverter.SingleToUInt32Bits(number)); break;
            case ulong number: UInt64(number); break;
            case long number: UInt64((ulong)number); break;
            case double number: UInt64(BitConverter.DoubleToUInt64Bits(number)); break;
            default: String((string)value); break;
        }
    }

    private void UInt16(ushort value)
    {
        _bytes.WriteByte((byte)value);
        _bytes.WriteByte((byte)(value >> 8));
    }

    private static GgufValueType KindOf(Type type) => type switch
    {
        { IsArray: true } => GgufValueType.Array,
        _ when type == typeof(string) => GgufValueType.String,
        _ when type == typeof(bool) => GgufValueType.Bool,
        _ when type == typeof(byte) => GgufValueType.UInt8,
        _ when type == typeof(sbyte) => GgufValueType.Int8,
        _ when type == typeof(ushort) => GgufValueType.UInt16,
        _ when type == typeof(short) => GgufValueType.Int16,
        _ when type == typeof(uint) => GgufValueType.UInt32,
        _ when type == typeof(int) => GgufValueType.Int32,
        _ when type == typeof(ulong) => GgufValueType.UInt64,
        _ when type == typeof(long) => GgufValueType.Int64,
        _ when type == typeof(float) => GgufValueType.Float32,
        _ when type == typeof(double) => GgufValueType.Float64,
        _ => throw new ArgumentException($"A model file has no values of type {type}.", nameof(type)),
    };
}
