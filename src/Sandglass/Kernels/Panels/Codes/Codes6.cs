using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>
/// Codes of six bits (Q6_K): six groups of 64 bytes in the low six bits; the last two groups are spread over the upper two bits, three pairs per code.
/// </summary>
/// <remarks>
/// Group 6 is stored above groups 0, 1 and 2, group 7 above 3, 4 and 5: the first of the three holds bits 4 and 5 of its codes, the second 2 and 3, the third
/// 0 and 1.
/// </remarks>
internal readonly unsafe struct Codes6 : ICodes
{
    /// <summary>Groups stored directly, with other codes' bits above theirs.</summary>
    public const int WholeGroups = 6;

    public static int Bits => 6;
    public static int Bytes => 384;

    public static void Put(byte* block, int row, byte* codes)
    {
        uint* columns = (uint*)codes; // four codes at a time: a row's bytes in one group
        uint* own = (uint*)block + row;
        for (int group = 0; group < WholeGroups; group++)
        {
            uint pairs = (columns[WholeGroups + group / 3] >> (4 - 2 * (group % 3))) & 0x0303_0303;
            own[16 * group] = columns[group] | (pairs << 6);
        }
    }

    public static int Get(byte* block, int row, int column)
    {
        byte* own = block + 4 * row + (column & 3);
        int group = column >> 2;
        if (group < WholeGroups) return own[64 * group] & 63;
        own += 64 * 3 * (group - WholeGroups);
        return (own[0] >> 6 << 4) | (own[64] >> 6 << 2) | (own[128] >> 6);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Group<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
    {
        if (group < WholeGroups) return L.And(L.LoadBytes(block + 64 * group), 0x3F);
        byte* first = block + 64 * 3 * (group - WholeGroups);
        return L.Or(
            L.Or(L.And(L.ShiftRight(L.LoadBytes(first), 2), 0x30), L.And(L.ShiftRight(L.LoadBytes(first + 64), 4), 0x0C)),
            L.And(L.ShiftRight(L.LoadBytes(first + 128), 6), 0x03));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B HighGroup<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Largest<L, F, I, B>(byte* block, ActivationBlock* activations)
        where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
    {
        int group = activations->LargestColumn >> 2, shift = activations->ByteShift;
        if (group < WholeGroups) return L.AndInt(L.ShiftRightInt(L.LoadInts(block + 64 * group), shift), L.BroadcastInt(63));
        byte* first = block + 64 * 3 * (group - WholeGroups);
        return L.OrInt(
            L.OrInt(L.ShiftLeftInt(Pair<L, F, I, B>(first, shift), 4), L.ShiftLeftInt(Pair<L, F, I, B>(first + 64, shift), 2)),
            Pair<L, F, I, B>(first + 128, shift));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I Quads<L, F, I, B>(byte* block, int group) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.AsInt(Group<L, F, I, B>(block, group));

    /// <summary>The pair of bits above one column of a group, for all 16 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I Pair<L, F, I, B>(byte* chunk, int shift) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct
        => L.AndInt(L.ShiftRightInt(L.LoadInts(chunk), shift + 6), L.BroadcastInt(3));
}
