using Sandglass.Kernels;

namespace Sandglass.ModelFiles;

/// <summary>The description of one tensor; its values stay in the file until <see cref="ModelFile.Read"/>.</summary>
/// <param name="Name">The tensor's name, for instance <c>blk.0.attn_q.weight</c>.</param>
/// <param name="Type">How the values are stored.</param>
/// <param name="Shape">
/// As in the file, the fastest dimension first: [columns, rows, …]; empty for a single value. A dimension may be 0: the tensor then has no values.
/// </param>
/// <param name="Part">The part of a split model that holds the values, counted from 0.</param>
/// <param name="Offset">The offset of the values in that file, in bytes.</param>
/// <param name="ByteCount">Bytes of all values.</param>
public sealed record TensorInfo(string Name, TensorType Type, IReadOnlyList<long> Shape, int Part, long Offset, long ByteCount)
{
    /// <summary>Values per row: the dimension whose values are contiguous.</summary>
    public long Columns => Shape.Count == 0 ? 1 : Shape[0];

    /// <summary>The number of rows: the product of all dimensions but the first.</summary>
    public long Rows => Product(from: 1);

    /// <summary>The number of values.</summary>
    public long Count => Product(from: 0);

    private long Product(int from)
    {
        long product = 1;
        for (int i = from; i < Shape.Count; i++) product *= Shape[i];
        return product;
    }
}
