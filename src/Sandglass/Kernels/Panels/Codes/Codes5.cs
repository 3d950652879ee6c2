using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Codes of five bits (Q5_0, Q5_1, Q5_K): 256 bytes of nibbles, 64 of the fifth.</summary>
internal readonly unsafe struct Codes5 : ICodes
{
    public static int Bits => 5;
    public static int Bytes => 320;

    public static void Put(byte* block, int row, byte* codes)
    {
        uint* columns = (uint*)codes; // four codes at a time: a row's bytes in one group
        uint* nibbles = (uint*)block + row;
        uint* bits = (uint*)(block + 256) + row;
        for (int group = 0; group < 8; group++)
        {
            nibbles[16 * (group & 3)] |= (columns[group] & 0x0F0F_0F0F) << (4 * (group >> 2));
            bits[0] |= ((columns[group] >> 4) & 0x0101_0101) << group;
        }
    }

    public static int Get(byte* block, int row, int column)
    {
        int group = column >> 2;
        byte* own = block + 4 * row + (column & 3);
        return ((own[64 * (group & 3)] >> (4 * (group >> 2))) & 15) | (((own[256] >> group) & 1) << 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Group<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.Or(
            L.And(L.ShiftRight(L.LoadBytes(block + 64 * (group & 3)), 4 * (group >> 2)), 0x0F),
            L.ShiftLeft(L.And(L.ShiftRight(L.LoadBytes(block + 256), group), 0x01), 4));

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
            L.AndInt(L.ShiftRightInt(L.LoadInts(block + 64 * (group & 3)), first + 4 * (group >> 2)), L.BroadcastInt(15)),
            L.ShiftLeftInt(L.AndInt(L.ShiftRightInt(L.LoadInts(block + 256), first + group), L.BroadcastInt(1)), 4));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Quads<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.AsInt(Group<L, F, I, B>(block, group));
}
