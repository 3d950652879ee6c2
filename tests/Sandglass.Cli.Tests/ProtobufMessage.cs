using System.Buffers.Binary;
using System.Text;

namespace Sandglass.Cli.Tests;

/// <summary>A message of protocol buffers, as bytes on the wire (protobuf.dev/programming-guides/encoding): fields by number.</summary>
internal sealed class ProtobufMessage
{
    private readonly List<(int Field, byte[] Bytes)> _fields = [];

    /// <summary>Reads one; bytes that are none fail the test.</summary>
    public ProtobufMessage(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            ulong tag = Number(ref bytes);
            int length = (tag & 7) switch
            {
                0 => NumberLength(bytes),
                1 => 8,
                2 => (int)Number(ref bytes),
                5 => 4,
                _ => throw new InvalidDataException($"wire type {tag & 7}"),
            };
            Assert.InRange(length, 0, bytes.Length);
            _fields.Add(((int)(tag >> 3), bytes[..length].ToArray()));
            bytes = bytes[length..];
        }
    }

    /// <summary>The messages at the end of a path of field numbers.</summary>
    public IEnumerable<ProtobufMessage> At(params int[] path) =>
        path.Length == 0 ? [this] : _fields.Where(field => field.Field == path[0]).SelectMany(field => new ProtobufMessage(field.Bytes).At(path[1..]));

    /// <summary>The texts of a field.</summary>
    public IEnumerable<string> Texts(int number) => _fields.Where(field => field.Field == number).Select(field => Encoding.UTF8.GetString(field.Bytes));

    /// <summary>The one number of a field of eight bytes.</summary>
    public ulong Fixed(int number) => BinaryPrimitives.ReadUInt64LittleEndian(Assert.Single(_fields, field => field.Field == number).Bytes);

    private static ulong Number(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int i = 0, length = NumberLength(bytes); i < length; i++, bytes = bytes[1..]) value |= (ulong)(bytes[0] & 0x7F) << (7 * i);
        return value;
    }

    private static int NumberLength(ReadOnlySpan<byte> bytes)
    {
        int length = 1;
        while (bytes[length - 1] >= 0x80) length++;
        return length;
    }
}
