using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Codes of two bits (Q2_K): 128 bytes, four groups to a byte.</summary>
internal readonly unsafe struct Codes2 : ICodes
{
    public static int Bits => 2;
    public static int Bytes => 128;

    public static void Put(byte* block, int row, byte* codes)
    {
        uint* columns = (uint*)codes; // four codes at a time: a row's bytes in one group
        uint* pairs = (uint*)block + row;
        for (int group = 0; group < 8; group++)
            pairs[16 * (group >> 2)] |= (columns[group] & 0x0303_0303) << (2 * (group & 3));
    }

    public static int Get(byte* block, int row, int column)
    {
        int group = column >> 2;
        byte* own = block + 4 * row + (column & 3);
        return ((own[64 * (group >> 2)] >> (2 * (group & 3))) & 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Group<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.And(L.ShiftRight(L.LoadBytes(block + 64 * (group >> 2)), 2 * (group & 3)), 0x03);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B HighGroup<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Largest<L, F, I, B>(byte* block, ActivationBlock* activations)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
    {
        int group = activations->LargestColumn >> 2;
        int first = activations->ByteShift;
        return L.AndInt(L.ShiftRightInt(L.LoadInts(block + 64 * (group >> 2)), first + 2 * (group & 3)), L.BroadcastInt(3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Quads<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.AsInt(Group<L, F, I, B>(block, group));
}
