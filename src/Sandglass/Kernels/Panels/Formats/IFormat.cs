namespace Sandglass.Kernels;

/// <summary>
/// A quantised type's layout in a panel of 16 rows: for each run of <see cref="Columns"/> columns a header with the rows' scales, then the codes.
/// </summary>
/// <remarks>
/// A weight is <c>scale * (code - Offset) + minimum</c>, with one scale (and minimum) for each <em>sub-block</em> of 32 / <see cref="SubBlocks"/> columns.
/// Scales and minima are exact in F32: an F16 times an integer of at most eight bits. A header holds them as compactly as the file does, so a panel is about
/// the file's size.
/// </remarks>
internal unsafe interface IFormat
{
    /// <summary>Columns that share a header: the file's block, 32 or 256.</summary>
    static abstract int Columns { get; }

    /// <summary>Bytes of the 16 rows' header.</summary>
    static abstract int HeaderBytes { get; }

    /// <summary>Sub-blocks in 32 columns: 1 or 2.</summary>
    static abstract int SubBlocks { get; }

    /// <summary>Difference between a stored code and its value; 0 where there are minima.</summary>
    static abstract int Offset { get; }

    /// <summary>Whether weights have a minimum added.</summary>
    static abstract bool HasMinimum { get; }

    /// <summary>Reads one row's block of the file: its scales into the header, its <see cref="Columns"/> codes into a buffer.</summary>
    static abstract void Read(byte* fileBlock, byte* header, int row, byte* codes);

    /// <summary>The scale of one row and sub-block; the plain form.</summary>
    static abstract float Scale(byte* header, int row, int subBlock);

    /// <summary>The minimum of one row and sub-block, signed; the plain form.</summary>
    static abstract float Minimum(byte* header, int row, int subBlock);

    /// <summary>The scales of a sub-block, lane = row.</summary>
    static abstract F Scales<L, F, I, B>(byte* header, int subBlock) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct;

    /// <summary>The minima of a sub-block, lane = row.</summary>
    static abstract F Minima<L, F, I, B>(byte* header, int subBlock) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct;
}
