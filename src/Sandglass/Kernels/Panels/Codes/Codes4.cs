using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Codes of four bits (Q4_0, Q4_1, Q4_K): 256 bytes, groups g and g + 4 in one byte, as Q4_0 files have them.</summary>
internal readonly unsafe struct Codes4 : ICodes
{
    public static int Bits => 4;
    public static int Bytes => 256;

    public static void Put(byte* block, int row, byte* codes)
    {
        uint* columns = (uint*)codes; // four codes at a time: a row's bytes in one group
        uint* nibbles = (uint*)block + row;
        for (int group = 0; group < 8; group++)
            nibbles[16 * (group & 3)] |= (columns[group] & 0x0F0F_0F0F) << (4 * (group >> 2));
    }

    public static int Get(byte* block, int row, int column)
    {
        int group = column >> 2;
        byte* own = block + 4 * row + (column & 3);
        return ((own[64 * (group & 3)] >> (4 * (group >> 2))) & 15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Group<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.And(L.ShiftRight(L.LoadBytes(block + 64 * (group & 3)), 4 * (group >> 2)), 0x0F);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B HighGroup<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Largest<L, F, I, B>(byte* block, ActivationBlock* activations)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.AndInt(L.ShiftRightInt(L.LoadInts(block + 16 * (activations->LargestColumn & 12)), &activations->NibbleShift), L.BroadcastInt(15));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Quads<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.AsInt(Group<L, F, I, B>(block, group));
}
