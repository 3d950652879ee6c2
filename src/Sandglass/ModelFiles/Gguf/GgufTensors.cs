using Sandglass.Kernels;

namespace Sandglass.ModelFiles;

/// <summary>Reads what a GGUF header says about its tensors, and checks that their bytes are there.</summary>
internal static class GgufTensors
{
    public const int LeastBytes = 8 + 1 + 4 + 4 + 8;       // name length, one byte of name, dimension count, no dimension, type, offset
    private const int MaxDimensions = 4;                   // as ggml.h

    public static TensorInfo[] Read(GgufCursor cursor, int count, int part, int alignment, long fileLength)
    {
        if (count == 0) return [];
        TensorInfo[] tensors = new TensorInfo[count];
        for (int i = 0; i < count; i++) tensors[i] = ReadOne(cursor, part, alignment);

        // offsets are relative to the first aligned byte after the last of these entries
        long dataStart = (cursor.Position + alignment - 1) / alignment * alignment;
        long dataLength = fileLength - dataStart;
        for (int i = 0; i < count; i++)
        {
            TensorInfo tensor = tensors[i];
            // a tensor without bytes is never read, so its offset only has to lie inside the file
            if (tensor.ByteCount == 0) tensors[i] = tensor = tensor with { Offset = Math.Clamp(dataLength, 0, tensor.Offset) };
            else if (tensor.ByteCount > dataLength || tensor.Offset > dataLength - tensor.ByteCount)
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
        if (dimensions > MaxDimensions) Fail.DimensionCount(cursor.File, cursor.Field, dimensions);

        cursor.At("tensor", name, ", shape");
        long[] shape = new long[dimensions];
        UInt128 values = 1, most = 1;      // no dimensions: one value
        for (int i = 0; i < shape.Length; i++)
        {
            ulong dimension = cursor.UInt64();
            values *= dimension;
            most *= Math.Max(dimension, 1);    // rows are counted apart from columns, so a dimension of 0 must not hide a product that overflows
            if (most > long.MaxValue) Fail.Dimension(cursor.File, cursor.Field, dimension);
            shape[i] = (long)dimension;
        }

        cursor.At("tensor", name, ", type");
        uint number = cursor.UInt32();
        if (!TensorGeometry.IsKnown((int)number)) Fail.TensorKind(cursor.File, cursor.Field, number);
        TensorType type = (TensorType)number;
        int blockSize = TensorGeometry.BlockSize(type);
        long columns = shape.Length == 0 ? 1 : shape[0];
        if (columns % blockSize != 0) Fail.RowSize(cursor.File, cursor.Field, blockSize, columns);

        cursor.At("tensor", name, ", offset");
        ulong offset = cursor.UInt64();
        if (offset % (ulong)alignment != 0) Fail.Unaligned(cursor.File, cursor.Field, alignment, offset);
        UInt128 bytes = values / (uint)blockSize * (uint)TensorGeometry.BlockBytes(type);
        if (bytes > long.MaxValue || offset > long.MaxValue)
            Fail.PastEnd(cursor.File, cursor.Field, cursor.Left, offset, (long)UInt128.Min(bytes, long.MaxValue));
        return new TensorInfo(name, type, shape, part, (long)offset, (long)bytes);
    }

    private static void RefuseOverlap(GgufCursor cursor, TensorInfo[] tensors)
    {
        if (AreInOrder(tensors)) return;
        int[] order = [.. Enumerable.Range(0, tensors.Length).Where(i => tensors[i].ByteCount > 0)];     // a tensor without bytes overlaps none
        long[] starts = [.. order.Select(i => tensors[i].Offset)];
        Array.Sort(starts, order);
        for (int i = 1; i < order.Length; i++)
        {
            TensorInfo before = tensors[order[i - 1]], here = tensors[order[i]];
            if (here.Offset >= before.Offset + before.ByteCount) continue;
            cursor.At("tensor", here.Name, ", offset");
            Fail.Overlap(cursor.File, cursor.Field, Fail.Short(before.Name));
        }
    }

    /// <summary>Whether each tensor begins where the one before has ended, as nearly every file has them.</summary>
    private static bool AreInOrder(TensorInfo[] tensors)
    {
        long end = 0;
        foreach (TensorInfo tensor in tensors)
        {
            if (tensor.ByteCount == 0) continue;
            if (tensor.Offset < end) return false;
            end = tensor.Offset + tensor.ByteCount;
        }
        return true;
    }
}
