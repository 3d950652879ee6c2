using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sandglass.Kernels;

/// <summary>Which elements of a row of logits lie where: comparisons only, so every width finds the same ones. A row holds no NaN.</summary>
internal static unsafe class RowScan
{
    private const int LaneCount = 16;

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

    /// <summary>Writes a mark for each element below <paramref name="least"/> that has none, which is 0, and returns how many.</summary>
    internal static int MarkBelow(ReadOnlySpan<float> row, float least, byte mark, Span<byte> marks)
    {
        fixed (float* values = row)
        fixed (byte* to = marks[..row.Length]) return KernelPath.Run(new MarkKernel(values, row.Length, least, mark, to)).Marked;
    }

    /// <summary>Where there is a mark, the element becomes negative infinity.</summary>
    internal static void Forbid(Span<float> row, ReadOnlySpan<byte> marks)
    {
        fixed (float* values = row)
        fixed (byte* from = marks[..row.Length]) KernelPath.Run(new ForbidKernel(values, row.Length, from));
    }

    /// <summary>Writes the places without a mark, ascending, and returns how many: integers only, so there is one way for all widths.</summary>
    /// <param name="to">Room for as many as there are.</param>
    internal static int Unmarked(ReadOnlySpan<byte> marks, Span<int> to)
    {
        int found = 0, i = 0;
        for (; i + LaneCount <= marks.Length; i += LaneCount)
        {
            uint free = Vector128.Equals(Vector128.Create(marks.Slice(i, LaneCount)), Vector128<byte>.Zero).ExtractMostSignificantBits();
            for (; free != 0; free &= free - 1) to[found++] = i + BitOperations.TrailingZeroCount(free);
        }
        for (; i < marks.Length; i++)
        {
            if (marks[i] == 0) to[found++] = i;
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

    internal static int ScalarMarkBelow(float* values, int from, int count, float least, byte mark, byte* marks)
    {
        int marked = 0;
        for (int i = from; i < count; i++)
        {
            if (values[i] >= least || marks[i] != 0) continue;
            marks[i] = mark;
            marked++;
        }
        return marked;
    }

    internal static void ScalarForbid(float* values, int from, int count, byte* marks)
    {
        for (int i = from; i < count; i++)
        {
            if (marks[i] != 0) values[i] = float.NegativeInfinity;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forbid<L, F, I, B>(float* values, int count, byte* marks)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F largest = L.Broadcast(float.MaxValue);
        int whole = count & ~(LaneCount - 1);
        for (int i = 0; i < whole; i += LaneCount)
        {
            if (Vector128.Load(marks + i) == Vector128<byte>.Zero) continue;
            F amount = L.Multiply(L.Multiply(L.ToFloat(L.LoadWideBytes(marks + i)), largest), largest);    // infinity, or 0 without a mark
            L.Store(values + i, L.Subtract(L.Load(values + i), amount));
        }
        ScalarForbid(values, whole, count, marks);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Places<L, F, I, B>(float* values, int count, float least, float most, int* to)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F low = L.Broadcast(least), high = L.Broadcast(most);
        int whole = count & ~(LaneCount - 1), found = 0;
        for (int i = 0; i < whole; i += LaneCount)
        {
            F next = L.Load(values + i);
            uint inside = L.EqualMask(L.Max(low, L.Min(high, next)), next);      // what the limits do not move
            for (; inside != 0; inside &= inside - 1) to[found++] = i + BitOperations.TrailingZeroCount(inside);
        }
        return found + ScalarPlaces(values, whole, count, least, most, to + found);
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
    internal static int MarkBelow<L, F, I, B>(float* values, int count, float least, byte mark, byte* marks)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F low = L.Broadcast(least);
        Vector128<byte> all = Vector128.Create(mark);
        int whole = count & ~(LaneCount - 1), marked = 0;
        for (int i = 0; i < whole; i += LaneCount)
        {
            F next = L.Load(values + i);
            Vector128<byte> old = Vector128.Load(marks + i);
            Vector128<byte> goes = Vector128.AndNot(Vector128.Equals(old, Vector128<byte>.Zero), Bytes(L.EqualMask(L.Max(low, next), next)));
            (old | (goes & all)).Store(marks + i);
            marked += BitOperations.PopCount(goes.ExtractMostSignificantBits());
        }
        return marked + ScalarMarkBelow(values, whole, count, least, mark, marks);
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

    private readonly struct ForbidKernel(float* values, int count, byte* marks) : IKernel
    {
        public void Scalar() => ScalarForbid(values, 0, count, marks);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            Forbid<L, F, I, B>(values, count, marks);
    }

    private struct MarkKernel(float* values, int count, float least, byte mark, byte* marks) : IKernel
    {
        public int Marked;

        public void Scalar() => Marked = ScalarMarkBelow(values, 0, count, least, mark, marks);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            Marked = MarkBelow<L, F, I, B>(values, count, least, mark, marks);
    }
}
