using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Codes of six bits (Q6_K): 256 bytes of nibbles, 128 of the upper two.</summary>
internal readonly unsafe struct Codes6 : ICodes
{
    public static int Bits => 6;
    public static int Bytes => 384;

    public static void Put(byte* block, int row, byte* codes)
    {
        uint* columns = (uint*)codes; // four codes at a time: the bytes that row owns in one group
        uint* nibbles = (uint*)block + row;
        uint* pairs = (uint*)(block + 256) + row;
        for (int group = 0; group < 8; group++)
        {
            nibbles[16 * (group & 3)] |= (columns[group] & 0x0F0F_0F0F) << (4 * (group >> 2));
            pairs[16 * (group >> 2)] |= ((columns[group] >> 4) & 0x0303_0303) << (2 * (group & 3));
        }
    }

    public static int Get(byte* block, int row, int column)
    {
        int group = column >> 2;
        byte* own = block + 4 * row + (column & 3);
        return ((own[64 * (group & 3)] >> (4 * (group >> 2))) & 15) | (((own[256 + 64 * (group >> 2)] >> (2 * (group & 3))) & 3) << 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Group<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.Or(
            L.And(L.ShiftRight(L.LoadBytes(block + 64 * (group & 3)), 4 * (group >> 2)), 0x0F),
            L.ShiftLeft(L.And(L.ShiftRight(L.LoadBytes(block + 256 + 64 * (group >> 2)), 2 * (group & 3)), 0x03), 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B HighGroup<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Largest<L, F, I, B>(byte* block, ActivationBlock* activations) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
    {
        int group = activations->LargestColumn >> 2;
        int first = activations->ByteShift;
        return L.OrInt(
            L.AndInt(L.ShiftRightInt(L.LoadInts(block + 64 * (group & 3)), first + 4 * (group >> 2)), L.BroadcastInt(15)),
            L.ShiftLeftInt(L.AndInt(L.ShiftRightInt(L.LoadInts(block + 256 + 64 * (group >> 2)), first + 2 * (group & 3)), L.BroadcastInt(3)), 4));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Quads<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.AsInt(Group<L, F, I, B>(block, group));
}
