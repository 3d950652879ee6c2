using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Codes of eight bits (Q8_0, stored from 0 up: the file's plus 128): 512 bytes.</summary>
internal readonly unsafe struct Codes8 : ICodes
{
    public static int Bits => 8;
    public static int Bytes => 512;

    public static void Put(byte* block, int row, byte* codes)
    {
        uint* columns = (uint*)codes; // four codes at a time: a row's bytes in one group
        uint* bytes = (uint*)block + row;
        for (int group = 0; group < 8; group++)
            bytes[16 * group] = columns[group];
    }

    public static int Get(byte* block, int row, int column)
    {
        int group = column >> 2;
        byte* own = block + 4 * row + (column & 3);
        return own[64 * group];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Group<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.And(L.LoadBytes(block + 64 * group), 0x0F);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B HighGroup<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.And(L.ShiftRight(L.LoadBytes(block + 64 * group), 4), 0x0F);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Largest<L, F, I, B>(byte* block, ActivationBlock* activations)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.AndInt(L.ShiftRightInt(L.LoadInts(block + 16 * (activations->LargestColumn & 28)), &activations->ByteShift), L.BroadcastInt(255));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Quads<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.LoadInts(block + 64 * group);
}
