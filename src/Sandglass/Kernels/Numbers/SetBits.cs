using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sandglass.Kernels;

/// <summary>
/// The numbers of the set bits of a mask, without a branch for each: where every tenth element of a row counts, a branch is guessed wrong for most of them.
/// </summary>
internal static unsafe class SetBits
{
    /// <summary>Bits of 64 that are written at once.</summary>
    internal const int Few = 6;

    private const int Lanes = 8;

    /// <summary>[256, 8]: for each byte the numbers of its set bits, ascending, then zeros. It never moves: a loop holds its address.</summary>
    internal static readonly byte* Orders = Make();

    /// <summary>Writes the number of each set bit, ascending, and returns how many there are.</summary>
    /// <param name="mask">16 bits.</param>
    /// <param name="first">Added to each number.</param>
    /// <param name="orders"><see cref="Orders"/>.</param>
    /// <param name="to">Room for 16, whatever the mask: what lies behind the last number is overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Write(byte* orders, uint mask, int first, int* to)
    {
        Eight(orders, mask & 0xFF, first, to);
        int low = BitOperations.PopCount(mask & 0xFF);
        Eight(orders, mask >> Lanes, first + Lanes, to + low);
        return low + BitOperations.PopCount(mask >> Lanes);
    }

    /// <summary>The same for 64 bits of which mostly a few are set: those are written without a branch.</summary>
    /// <param name="to">Room for as many as are set, and always for <see cref="Few"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Write(ulong mask, int first, int* to)
    {
        int count = BitOperations.PopCount(mask);
        for (int i = 0; i < Few; i++)
        {
            to[i] = first + BitOperations.TrailingZeroCount(mask);
            mask &= mask - 1;
        }
        for (int i = Few; mask != 0; mask &= mask - 1) to[i++] = first + BitOperations.TrailingZeroCount(mask);
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight(byte* orders, uint mask, int first, int* to)
    {
        Vector128<ushort> order = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)(orders + Lanes * mask)).AsByte());
        Vector128<int> from = Vector128.Create(first);
        (Vector128.WidenLower(order).AsInt32() + from).Store(to);
        (Vector128.WidenUpper(order).AsInt32() + from).Store(to + Lanes / 2);
    }

    private static byte* Make()
    {
        byte* orders = (byte*)RuntimeHelpers.AllocateTypeAssociatedMemory(typeof(SetBits), 256 * Lanes);    // cleared
        for (int mask = 0; mask < 256; mask++)
        {
            int count = 0;
            for (int bit = 0; bit < Lanes; bit++)
            {
                if ((mask >> bit & 1) != 0) orders[Lanes * mask + count++] = (byte)bit;
            }
        }
        return orders;
    }
}
