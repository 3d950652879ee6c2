using Sandglass.Kernels;

namespace Sandglass.ModelFiles;

/// <summary>One tensor from a file to a stream in another type, piece by piece; refuses numbers that are not finite on both sides.</summary>
internal static class TensorConversion
{
    private const int PieceValues = 1 << 20;   // whole blocks of every type
    private const int SliceValues = 1 << 15;   // what one worker converts at a time

    public static void Copy(ModelFile input, TensorInfo tensor, TensorType target, Stream destination)
    {
        long count = tensor.Count;
        int piece = (int)Math.Min(count, PieceValues);
        byte[] from = new byte[TensorGeometry.ByteCount(tensor.Type, piece)];
        byte[] to = tensor.Type == target ? from : new byte[TensorGeometry.ByteCount(target, piece)];
        for (long done = 0; done < count; done += piece)
        {
            int values = (int)Math.Min(piece, count - done);
            int fromBytes = (int)TensorGeometry.ByteCount(tensor.Type, values);
            int toBytes = (int)TensorGeometry.ByteCount(target, values);
            input.Read(tensor, TensorGeometry.ByteCount(tensor.Type, done), from.AsSpan(0, fromBytes));
            RefuseNonFinite(input, tensor, tensor.Type, from.AsSpan(0, fromBytes), done, "finite numbers");
            if (tensor.Type != target)
            {
                Convert(tensor.Type, from, target, to, values);
                RefuseNonFinite(input, tensor, target, to.AsSpan(0, toBytes), done, $"numbers that {target} can hold");
            }
            destination.Write(to.AsSpan(0, toBytes));
        }
    }

    private static void Convert(TensorType type, byte[] from, TensorType target, byte[] to, int values)
    {
        int slices = (values + SliceValues - 1) / SliceValues;
        Parallel.For(0, slices, () => new float[SliceValues], (slice, _, buffer) =>
        {
            int start = slice * SliceValues;
            Span<float> floats = buffer.AsSpan(0, Math.Min(SliceValues, values - start));
            Dequantizer.Dequantize(type, Bytes(type, from, start, floats.Length), floats);
            Quantizer.Quantize(target, floats, Bytes(target, to, start, floats.Length));
            return buffer;
        }, _ => { });
    }

    private static Span<byte> Bytes(TensorType type, byte[] bytes, int start, int values) =>
        bytes.AsSpan((int)TensorGeometry.ByteCount(type, start), (int)TensorGeometry.ByteCount(type, values));

    private static void RefuseNonFinite(ModelFile input, TensorInfo tensor, TensorType type, ReadOnlySpan<byte> bytes, long before, string expected)
    {
        long block = FiniteScan.FirstNonFinite(type, bytes);
        if (block < 0) return;
        long value = before + block * TensorGeometry.BlockSize(type);
        Fail.Throw("tensor-not-finite", input.Name, $"tensor {tensor.Name}, row {value / tensor.Columns}, column {value % tensor.Columns}", expected, "an infinite one or NaN");
    }
}
