using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Codes of three bits (Q3_K): 128 bytes of the low two, 64 of the third.</summary>
internal readonly unsafe struct Codes3 : ICodes
{
    public static int Bits => 3;
    public static int Bytes => 192;

    public static void Put(byte* block, int row, byte* codes)
    {
        uint* columns = (uint*)codes; // four codes at a time: a row's bytes in one group
        uint* pairs = (uint*)block + row;
        uint* bits = (uint*)(block + 128) + row;
        for (int group = 0; group < 8; group++)
        {
            pairs[16 * (group >> 2)] |= (columns[group] & 0x0303_0303) << (2 * (group & 3));
            bits[0] |= ((columns[group] >> 2) & 0x0101_0101) << group;
        }
    }

    public static int Get(byte* block, int row, int column)
    {
        int group = column >> 2;
        byte* own = block + 4 * row + (column & 3);
        return ((own[64 * (group >> 2)] >> (2 * (group & 3))) & 3) | (((own[128] >> group) & 1) << 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Group<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.Or(
            L.And(L.ShiftRight(L.LoadBytes(block + 64 * (group >> 2)), 2 * (group & 3)), 0x03),
            L.ShiftLeft(L.And(L.ShiftRight(L.LoadBytes(block + 128), group), 0x01), 2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B HighGroup<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Largest<L, F, I, B>(byte* block, ActivationBlock* activations)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
    {
        int group = activations->LargestColumn >> 2;
        int first = activations->ByteShift;
        return L.OrInt(
            L.AndInt(L.ShiftRightInt(L.LoadInts(block + 64 * (group >> 2)), first + 2 * (group & 3)), L.BroadcastInt(3)),
            L.ShiftLeftInt(L.AndInt(L.ShiftRightInt(L.LoadInts(block + 128), first + group), L.BroadcastInt(1)), 2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Quads<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.AsInt(Group<L, F, I, B>(block, group));
}
