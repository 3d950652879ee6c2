using System.Numerics;
using System.Runtime.CompilerServices;
using Sandglass.Kernels.WebAssembly;

namespace Sandglass.Kernels;

/// <summary>Sums over a whole row of logits, in the fixed 16-lane order of the arithmetic contract.</summary>
/// <remarks>
/// Lane l takes the elements l, l + 16, l + 32, ... in order; then lane l takes lane l + 8 in, then l + 4, l + 2, l + 1. A row whose length is no multiple of
/// 16 leaves the last lanes one element short.
/// </remarks>
internal static unsafe class Softmax
{
    private const int LaneCount = 16;

    /// <summary>The largest element: NaN where any is NaN, negative infinity for an empty row.</summary>
    internal static float Max(ReadOnlySpan<float> row)
    {
        fixed (float* values = row) return KernelPath.Run(new MaxKernel(values, row.Length)).Max;
    }

    /// <summary>
    /// log(sum of e^(x - max)) over the row, with the largest element taken out: their sum in F32 would lose the logarithm where elements are large.
    /// </summary>
    /// <param name="max">NaN where an element is NaN; negative infinity where all are, and the logarithm is 0.</param>
    /// <returns>NaN where an element is NaN or positive infinity.</returns>
    internal static double LogSum(ReadOnlySpan<float> row, out float max)
    {
        max = Max(row);
        if (float.IsNegativeInfinity(max)) return 0;

        float* lanes = stackalloc float[LaneCount];
        new Span<float>(lanes, LaneCount).Clear();
        fixed (float* values = row)
        {
            int done = WasmRow.AddExps(values, row.Length, max, lanes);
            KernelPath.Run(new AddExpsKernel(values + done, row.Length - done, max, lanes));
        }
        return Elementary.Log(LaneTree.Sum(lanes));
    }

    /// <summary>The first index of the largest element of a row without NaN: of equal ones (0 and -0 are) the lowest.</summary>
    internal static int IndexOfMax(ReadOnlySpan<float> row)
    {
        fixed (float* values = row) return KernelPath.Run(new IndexOfMaxKernel(values, row.Length)).Index;
    }

    internal static int ScalarIndexOfMax(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int i = 1; i < row.Length; i++)
            best = row[i] > row[best] ? i : best;
        return best;
    }

    internal static float ScalarMax(ReadOnlySpan<float> row)
    {
        float max = float.NegativeInfinity;
        bool isNumber = true;
        foreach (float value in row)
        {
            max = value > max ? value : max;
            isNumber &= !float.IsNaN(value);
        }
        return isNumber ? max + 0f : float.NaN;              // + 0: otherwise the first of 0 and -0 wins; now it is 0 in any order
    }

    /// <param name="lanes">[16]</param>
    internal static void ScalarAddExps(float* values, int count, float max, float* lanes)
    {
        for (int i = 0; i < count; i++)
            lanes[i % LaneCount] += Elementary.Exp(values[i] - max);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Max<L, F, I, B>(float* values, int count)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        int whole = count & ~(LaneCount - 1);
        F max = L.Broadcast(float.NegativeInfinity);
        uint numbers = 0xFFFF;
        for (int i = 0; i < whole; i += LaneCount)
        {
            F next = L.Load(values + i);
            numbers &= L.EqualMask(next, next);              // only NaN differs from itself
            max = L.Max(next, max);
        }
        float* each = stackalloc float[LaneCount];
        L.Store(each, max);
        float rest = ScalarMax(new ReadOnlySpan<float>(values + whole, count - whole));
        return numbers == 0xFFFF && !float.IsNaN(rest) ? MathF.Max(ScalarMax(new ReadOnlySpan<float>(each, LaneCount)), rest) : float.NaN;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int IndexOfMax<L, F, I, B>(float* values, int count)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        float max = Max<L, F, I, B>(values, count);
        F wanted = L.Broadcast(max);
        int i = 0;
        for (; i + LaneCount <= count; i += LaneCount)
        {
            uint equal = L.EqualMask(L.Load(values + i), wanted);
            if (equal != 0) return i + BitOperations.TrailingZeroCount(equal);
        }
        while (i < count - 1 && values[i] != max) i++;
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddExps<L, F, I, B>(float* values, int count, float max, float* lanes)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        int whole = count & ~(LaneCount - 1);
        F shift = L.Broadcast(max), sum = L.Load(lanes);
        for (int i = 0; i < whole; i += LaneCount)
            sum = L.Add(sum, Lanes<L, F, I, B>.Exp(L.Subtract(L.Load(values + i), shift)));
        L.Store(lanes, sum);
        ScalarAddExps(values + whole, count - whole, max, lanes);
    }

    private struct MaxKernel(float* values, int count) : IKernel
    {
        public float Max;

        public void Scalar() => Max = ScalarMax(new ReadOnlySpan<float>(values, count));

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            Max = Softmax.Max<L, F, I, B>(values, count);
    }

    private struct IndexOfMaxKernel(float* values, int count) : IKernel
    {
        public int Index;

        public void Scalar() => Index = ScalarIndexOfMax(new ReadOnlySpan<float>(values, count));

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            Index = IndexOfMax<L, F, I, B>(values, count);
    }

    private readonly struct AddExpsKernel(float* values, int count, float max, float* lanes) : IKernel
    {
        public void Scalar() => ScalarAddExps(values, count, max, lanes);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            AddExps<L, F, I, B>(values, count, max, lanes);
    }
}
