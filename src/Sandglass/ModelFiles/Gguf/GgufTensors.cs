using Sandglass.Kernels;

namespace Sandglass.ModelFiles;

/// <summary>Reads what a GGUF header says about its tensors, and checks that their bytes are there.</summary>
internal static class GgufTensors
{
    public const int LeastBytes = 8 + 1 + 4 + 8 + 4 + 8;   // name length, one letter, dimension count, one dimension, type, offset
    private const int MaxDimensions = 4;                   // as ggml.h

    public static TensorInfo[] Read(GgufCursor cursor, int count, int part, int alignment, long fileLength)
    {
        if (count == 0) return [];
        TensorInfo[] tensors = new TensorInfo[count];
        for (int i = 0; i < count; i++) tensors[i] = ReadOne(cursor, part, alignment);

        // the offsets count from the first aligned byte after the last of these
        long dataStart = (cursor.Position + alignment - 1) / alignment * alignment;
        long dataLength = fileLength - dataStart;
        for (int i = 0; i < count; i++)
        {
            TensorInfo tensor = tensors[i];
            if (tensor.ByteCount > dataLength || tensor.Offset > dataLength - tensor.ByteCount)
            {
                cursor.At("tensor", tensor.Name, ", offset");
                Fail.PastEnd(cursor.File, cursor.Field, dataLength, (ulong)tensor.Offset, tensor.ByteCount);
            }
        }
        RefuseOverlap(cursor, tensors);
        for (int i = 0; i < count; i++) tensors[i] = tensors[i] with { Offset = tensors[i].Offset + dataStart };
        return tensors;
    }

    private static TensorInfo ReadOne(GgufCursor cursor, int part, int alignment)
    {
        cursor.At("tensor name");
        string name = cursor.String();
        if (name.Length == 0) Fail.EmptyName(cursor.File, cursor.Field);

        cursor.At("tensor", name, ", dimension count");
        uint dimensions = cursor.UInt32();
        if (dimensions is 0 or > MaxDimensions) Fail.DimensionCount(cursor.File, cursor.Field, dimensions);

        cursor.At("tensor", name, ", shape");
        long[] shape = new long[dimensions];
        UInt128 values = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            ulong dimension = cursor.UInt64();
            values *= dimension;
            if (dimension == 0 || values > long.MaxValue) Fail.Dimension(cursor.File, cursor.Field, dimension);
            shape[i] = (long)dimension;
        }

        cursor.At("tensor", name, ", type");
        uint number = cursor.UInt32();
        if (!TensorGeometry.IsKnown((int)number)) Fail.TensorKind(cursor.File, cursor.Field, number);
        TensorType type = (TensorType)number;
        int blockSize = TensorGeometry.BlockSize(type);
        if (shape[0] % blockSize != 0) Fail.RowSize(cursor.File, cursor.Field, blockSize, shape[0]);

        cursor.At("tensor", name, ", offset");
        ulong offset = cursor.UInt64();
        if (offset % (ulong)alignment != 0) Fail.Unaligned(cursor.File, cursor.Field, alignment, offset);
        UInt128 bytes = values / (uint)blockSize * (uint)TensorGeometry.BlockBytes(type);
        if (bytes > long.MaxValue || offset > long.MaxValue) Fail.PastEnd(cursor.File, cursor.Field, cursor.Left, offset, (long)UInt128.Min(bytes, long.MaxValue));
        return new TensorInfo(name, type, shape, part, (long)offset, (long)bytes);
    }

    private static void RefuseOverlap(GgufCursor cursor, TensorInfo[] tensors)
    {
        long[] starts = new long[tensors.Length];
        int[] order = new int[tensors.Length];
        for (int i = 0; i < tensors.Length; i++) (starts[i], order[i]) = (tensors[i].Offset, i);
        Array.Sort(starts, order);
        for (int i = 1; i < order.Length; i++)
        {
            TensorInfo before = tensors[order[i - 1]], here = tensors[order[i]];
            if (here.Offset >= before.Offset + before.ByteCount) continue;
            cursor.At("tensor", here.Name, ", offset");
            Fail.Overlap(cursor.File, cursor.Field, Fail.Short(before.Name));
        }
    }
}
