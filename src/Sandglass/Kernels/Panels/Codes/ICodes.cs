namespace Sandglass.Kernels;

/// <summary>
/// Layout of a quantised type's codes in a panel: 16 rows by 32 columns, a multiple of 64 bytes. In every 64 bytes row r owns bytes 4r to 4r+3,
/// and those hold (parts of) the codes of four neighbouring columns: operands of a byte product without a shuffle.
/// </summary>
/// <remarks>A <em>group</em> is such a run of four columns: group g has columns 4g to 4g+3, g from 0 to 7.</remarks>
internal unsafe interface ICodes
{
    /// <summary>Bits of a code: 2, 3, 4, 5, 6 or 8. All are stored from 0 up.</summary>
    static abstract int Bits { get; }

    /// <summary>Bytes of 16 rows by 32 columns.</summary>
    static abstract int Bytes { get; }

    /// <summary>Stores one row's 32 codes into a block that was zero.</summary>
    static abstract void Put(byte* block, int row, byte* codes);

    /// <summary>One code: the plain form that the others are tested against.</summary>
    static abstract int Get(byte* block, int row, int column);

    /// <summary>The codes of four columns for all 16 rows, a byte each. With 8 bits the low nibbles; <see cref="HighGroup"/> has the others.</summary>
    static abstract B Group<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct;

    /// <summary>The high nibbles of four columns of 8-bit codes; unused by narrower ones.</summary>
    static abstract B HighGroup<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct;

    /// <summary>The codes of the column that a block of activations keeps apart, for all 16 rows; lane = row.</summary>
    static abstract I Largest<L, F, I, B>(byte* block, ActivationBlock* activations)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct;

    /// <summary>The codes of four columns for all 16 rows, whole: byte k of a lane is column 4 * group + k of its row.</summary>
    static abstract I Quads<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct;
}
