using Sandglass.Kernels;

namespace Sandglass.ModelFiles;

/// <summary>Copies one tensor from a file to a stream in another type, chunk by chunk; refuses numbers that are not finite in either type.</summary>
internal static class TensorConversion
{
    private const int PieceValues = 1 << 20;   // whole blocks of every type
    private const int SliceValues = 1 << 15;   // converted by one worker at a time

    public static void Copy(ModelFile input, TensorInfo tensor, TensorType target, Stream destination, CancellationToken cancellation)
    {
        long count = tensor.Count;
        int piece = (int)Math.Min(count, PieceValues);
        byte[] from = new byte[TensorGeometry.ByteCount(tensor.Type, piece)];
        byte[] to = tensor.Type == target ? from : new byte[TensorGeometry.ByteCount(target, piece)];
        for (long done = 0; done < count; done += piece)
        {
            cancellation.ThrowIfCancellationRequested();
            int values = (int)Math.Min(piece, count - done);
            int fromBytes = (int)TensorGeometry.ByteCount(tensor.Type, values);
            int toBytes = (int)TensorGeometry.ByteCount(target, values);
            input.ReadFinite(tensor, TensorGeometry.ByteCount(tensor.Type, done), from.AsSpan(0, fromBytes));
            if (tensor.Type != target)
            {
                Convert(tensor.Type, from, target, to, values);
                long block = FiniteScan.FirstNonFinite(target, to.AsSpan(0, toBytes));
                if (block >= 0) RefuseRange(input, tensor, target, from, done, (int)block * TensorGeometry.BlockSize(target));
            }
            destination.Write(to.AsSpan(0, toBytes));
        }
    }

    // the numbers are finite in their own type, so the file is sound: the target type is too narrow for the largest number of the block
    private static void RefuseRange(ModelFile input, TensorInfo tensor, TensorType target, byte[] from, long done, int at)
    {
        int length = TensorGeometry.BlockSize(target), own = TensorGeometry.BlockSize(tensor.Type);
        int first = at / own * own;
        float[] values = new float[(at + length - first + own - 1) / own * own];
        Dequantizer.Dequantize(tensor.Type, Bytes(tensor.Type, from, first, values.Length), values);
        float largest = values.AsSpan(at - first, length).ToArray().MaxBy(MathF.Abs);
        Fail.OutOfRange(input.Name, tensor, done + at, target, largest);
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
}
