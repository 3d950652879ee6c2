using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sandglass.Kernels;

/// <summary>Which elements of a row of logits lie where: comparisons only, so every width finds the same ones. A row holds no NaN.</summary>
internal static unsafe class RowScan
{
    private const int LaneCount = 16;
    private const int Trial = 4096;      // elements that tell how many will be left

    /// <summary>Writes the places of the elements from <paramref name="least"/> to <paramref name="most"/>, ascending, and returns how many.</summary>
    /// <param name="most">Not below the least.</param>
    /// <param name="to">Room for as many as the row has.</param>
    internal static int Places(ReadOnlySpan<float> row, float least, float most, Span<int> to)
    {
        fixed (float* values = row)
        fixed (int* places = to[..row.Length]) return KernelPath.Run(new PlacesKernel(values, row.Length, least, most, places)).Found;
    }

    /// <summary>How many elements are at least <paramref name="least"/>.</summary>
    internal static int CountFrom(ReadOnlySpan<float> row, float least)
    {
        fixed (float* values = row) return KernelPath.Run(new CountKernel(values, row.Length, least)).Found;
    }

    /// <summary>Writes a mark for each element below <paramref name="least"/> that has none, which is 0, and lists what is left without one.</summary>
    /// <param name="left">The places without a mark, ascending, unless there are more than <paramref name="most"/>, or look to be. Room for a whole row.</param>
    internal static MarkCounts MarkBelow(ReadOnlySpan<float> row, float least, byte mark, Span<byte> marks, Span<int> left, int most)
    {
        fixed (float* values = row)
        fixed (byte* to = marks[..row.Length])
        fixed (int* places = left[..row.Length]) return KernelPath.Run(new MarkKernel(values, row.Length, least, mark, to, places, most)).Counts;
    }

    /// <summary>Copies a row, with negative infinity where there is a mark.</summary>
    /// <param name="to">Of the row's length; it may be the row.</param>
    internal static void Forbid(ReadOnlySpan<float> row, ReadOnlySpan<byte> marks, Span<float> to)
    {
        fixed (float* values = row)
        fixed (byte* from = marks[..row.Length])
        fixed (float* copy = to[..row.Length]) KernelPath.Run(new ForbidKernel(values, row.Length, from, copy));
    }

    /// <summary>Writes the places without a mark, ascending, and returns how many: integers only, so there is one way for all widths.</summary>
    /// <param name="to">Room for as many as there are marks.</param>
    internal static int Unmarked(ReadOnlySpan<byte> marks, Span<int> to)
    {
        byte* orders = SetBits.Orders;
        int found = 0, i = 0;
        fixed (byte* from = marks)
        fixed (int* places = to[..marks.Length])
        {
            for (; i + LaneCount <= marks.Length; i += LaneCount)
            {
                uint free = Vector128.Equals(Vector128.Load(from + i), Vector128<byte>.Zero).ExtractMostSignificantBits();
                if (free != 0) found += SetBits.Write(orders, free, i, places + found);
            }
            for (; i < marks.Length; i++)
            {
                if (from[i] == 0) places[found++] = i;
            }
        }
        return found;
    }

    internal static int ScalarPlaces(float* values, int from, int count, float least, float most, int* to)
    {
        int found = 0;
        for (int i = from; i < count; i++)
        {
            if (values[i] >= least && values[i] <= most) to[found++] = i;
        }
        return found;
    }

    internal static int ScalarCountFrom(float* values, int from, int count, float least)
    {
        int found = 0;
        for (int i = from; i < count; i++) found += values[i] >= least ? 1 : 0;
        return found;
    }

    internal static MarkCounts ScalarMarkBelow(float* values, int from, int count, float least, byte mark, byte* marks, int* left, int most, int before = 0)
    {
        int marked = 0, found = before;
        for (int i = from; i < count; i++)
        {
            if (marks[i] != 0) continue;
            if (values[i] < least)
            {
                marks[i] = mark;
                marked++;
                continue;
            }
            if (found < most) left[found] = i;
            found++;
        }
        return new MarkCounts(marked, found, IsListed: found <= most);
    }

    internal static void ScalarForbid(float* values, int from, int count, byte* marks, float* to)
    {
        for (int i = from; i < count; i++) to[i] = marks[i] != 0 ? float.NegativeInfinity : values[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forbid<L, F, I, B>(float* values, int count, byte* marks, float* to)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F largest = L.Broadcast(float.MaxValue);
        int whole = count & ~(LaneCount - 1);
        for (int i = 0; i < whole; i += LaneCount)
        {
            F amount = L.Multiply(L.Multiply(L.ToFloat(L.LoadWideBytes(marks + i)), largest), largest);    // infinity, or 0 without a mark
            L.Store(to + i, L.Subtract(L.Load(values + i), amount));
        }
        ScalarForbid(values, whole, count, marks, to);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Places<L, F, I, B>(float* values, int count, float least, float most, int* to)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F low = L.Broadcast(least), high = L.Broadcast(most);
        int found = 0, i = 0;
        for (; i + 4 * LaneCount <= count; i += 4 * LaneCount)
        {
            // one guess for 64 elements: how many of them count
            ulong a = Inside<L, F, I, B>(values + i, low, high), b = Inside<L, F, I, B>(values + i + LaneCount, low, high);
            ulong c = Inside<L, F, I, B>(values + i + 2 * LaneCount, low, high), d = Inside<L, F, I, B>(values + i + 3 * LaneCount, low, high);
            ulong inside = a | b << 16 | c << 32 | d << 48;
            if (inside != 0) found += SetBits.Write(inside, i, to + found);
        }
        return found + ScalarPlaces(values, i, count, least, most, to + found);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Inside<L, F, I, B>(float* values, F low, F high)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F next = L.Load(values);
        return L.EqualMask(L.Max(low, L.Min(high, next)), next);                 // what the limits do not move
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int CountFrom<L, F, I, B>(float* values, int count, float least)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F low = L.Broadcast(least);
        int whole = count & ~(LaneCount - 1), found = 0;
        for (int i = 0; i < whole; i += LaneCount)
        {
            F next = L.Load(values + i);
            found += BitOperations.PopCount(L.EqualMask(L.Max(low, next), next));
        }
        return found + ScalarCountFrom(values, whole, count, least);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static MarkCounts MarkBelow<L, F, I, B>(float* values, int count, float least, byte mark, byte* marks, int* left, int most)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F low = L.Broadcast(least);
        int marked = 0, found = 0, i = 0;
        for (; i + 4 * LaneCount <= count; i += 4 * LaneCount)
        {
            if (i == Trial && found > i / 2) most = -1;       // so many will be left that a list is made in vain
            ulong a = Stays<L, F, I, B>(values + i, low, mark, marks + i, ref marked);
            ulong b = Stays<L, F, I, B>(values + i + LaneCount, low, mark, marks + i + LaneCount, ref marked);
            ulong c = Stays<L, F, I, B>(values + i + 2 * LaneCount, low, mark, marks + i + 2 * LaneCount, ref marked);
            ulong d = Stays<L, F, I, B>(values + i + 3 * LaneCount, low, mark, marks + i + 3 * LaneCount, ref marked);
            ulong stay = a | b << 16 | c << 32 | d << 48;
            if (found > most) found += BitOperations.PopCount(stay);
            else if (stay != 0) found += SetBits.Write(stay, i, left + found);
        }
        MarkCounts rest = ScalarMarkBelow(values, i, count, least, mark, marks, left, most, found);
        return rest with { Marked = marked + rest.Marked };
    }

    /// <summary>Marks those of sixteen that are below a floor and have no mark; a bit for each that still has none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Stays<L, F, I, B>(float* values, F low, byte mark, byte* marks, ref int marked)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F next = L.Load(values);
        Vector128<byte> old = Vector128.Load(marks), free = Vector128.Equals(old, Vector128<byte>.Zero);
        uint high = L.EqualMask(L.Max(low, next), next);
        Vector128<byte> goes = Vector128.AndNot(free, Bytes(high));
        (old | (goes & Vector128.Create(mark))).Store(marks);
        marked += BitOperations.PopCount(goes.ExtractMostSignificantBits());
        return high & free.ExtractMostSignificantBits();
    }

    /// <summary>A byte of set bits for each bit of a mask that is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Bytes(uint mask)
    {
        const ulong Each = 0x0101010101010101, BitOfByte = 0x8040201008040201;
        Vector128<byte> bits = Vector128.Create(BitOfByte).AsByte();
        return Vector128.Equals(Vector128.Create((mask & 0xFF) * Each, (mask >> 8) * Each).AsByte() & bits, bits);
    }

    private struct PlacesKernel(float* values, int count, float least, float most, int* to) : IKernel
    {
        public int Found;

        public void Scalar() => Found = ScalarPlaces(values, 0, count, least, most, to);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            Found = Places<L, F, I, B>(values, count, least, most, to);
    }

    private struct CountKernel(float* values, int count, float least) : IKernel
    {
        public int Found;

        public void Scalar() => Found = ScalarCountFrom(values, 0, count, least);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            Found = CountFrom<L, F, I, B>(values, count, least);
    }

    private readonly struct ForbidKernel(float* values, int count, byte* marks, float* to) : IKernel
    {
        public void Scalar() => ScalarForbid(values, 0, count, marks, to);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            Forbid<L, F, I, B>(values, count, marks, to);
    }

    private struct MarkKernel(float* values, int count, float least, byte mark, byte* marks, int* left, int most) : IKernel
    {
        public MarkCounts Counts;

        public void Scalar() => Counts = ScalarMarkBelow(values, 0, count, least, mark, marks, left, most);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            Counts = MarkBelow<L, F, I, B>(values, count, least, mark, marks, left, most);
    }
}

/// <summary>What came of marking a row.</summary>
/// <param name="Marked">Elements that got their mark now.</param>
/// <param name="Left">Elements that have none.</param>
/// <param name="IsListed">Whether their places are listed: if so, they are not more than was asked for.</param>
internal readonly record struct MarkCounts(int Marked, int Left, bool IsListed);
