using System.Buffers.Binary;
using System.Text;

namespace Sandglass.ModelFiles;

/// <summary>Writes the pieces of a GGUF header: numbers, texts, and values with their kind.</summary>
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

    public void Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    public void Text(ReadOnlySpan<byte> utf8)
    {
        UInt64((ulong)utf8.Length);
        _bytes.Write(utf8);
    }

    /// <summary>A value as <see cref="Metadata"/> holds them, its kind before it.</summary>
    public void Value(object value)
    {
        GgufKind kind = KindOf(value.GetType());
        UInt32((uint)kind);
        if (kind == GgufKind.List) List((Array)value);
        else Plain(value);
    }

    private void List(Array list)
    {
        GgufKind kind = list is object[] and not string[]? GgufKind.List : KindOf(list.GetType().GetElementType()!);
        UInt32((uint)kind);
        UInt64((ulong)list.Length);
        foreach (object value in list)
        {
            if (kind == GgufKind.List) List((Array)value);
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
            default: Text((string)value); break;
        }
    }

    private void UInt16(ushort value)
    {
        _bytes.WriteByte((byte)value);
        _bytes.WriteByte((byte)(value >> 8));
    }

    private static GgufKind KindOf(Type type) => type switch
    {
        { IsArray: true } => GgufKind.List,
        _ when type == typeof(string) => GgufKind.Text,
        _ when type == typeof(bool) => GgufKind.Bool,
        _ when type == typeof(byte) => GgufKind.UInt8,
        _ when type == typeof(sbyte) => GgufKind.Int8,
        _ when type == typeof(ushort) => GgufKind.UInt16,
        _ when type == typeof(short) => GgufKind.Int16,
        _ when type == typeof(uint) => GgufKind.UInt32,
        _ when type == typeof(int) => GgufKind.Int32,
        _ when type == typeof(ulong) => GgufKind.UInt64,
        _ when type == typeof(long) => GgufKind.Int64,
        _ when type == typeof(float) => GgufKind.Float32,
        _ when type == typeof(double) => GgufKind.Float64,
        _ => throw new ArgumentException($"A model file has no values of type {type}.", nameof(type)),
    };
}
