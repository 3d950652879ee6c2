using System.Runtime.CompilerServices;
using Sandglass.Kernels.WebAssembly;

namespace Sandglass.Kernels;

/// <summary>The entropy of a row's softmax, in nats: ln z - w / z, where z is the sum of e^d and w that of e^d d, with d = x - max. In the fixed 16-lane
/// order of <see cref="Softmax"/>.</summary>
/// <remarks>No term cancels another: both ln z and -w are 0 or more. Both sums are of F32, so the sixth digit is the last that means something.</remarks>
internal static unsafe class Entropy
{
    private const int LaneCount = 16;

    /// <param name="row">Negative infinity, a token that cannot come, adds nothing.</param>
    /// <param name="max">The largest element, as <see cref="Softmax.LogSum"/> has it: NaN where any is NaN.</param>
    /// <param name="log">ln z, as that has it, by bits: NaN where an element is NaN or positive infinity.</param>
    /// <returns>From 0; 0 where all are negative infinity. Of use where the logarithm is a number.</returns>
    internal static double Of(ReadOnlySpan<float> row, out float max, out double log)
    {
        max = Softmax.Max(row);
        log = 0;
        if (float.IsNegativeInfinity(max)) return 0;

        float* lanes = stackalloc float[2 * LaneCount];
        new Span<float>(lanes, 2 * LaneCount).Clear();
        fixed (float* values = row)
        {
            int done = WasmRow.AddExpsAndProducts(values, row.Length, max, lanes);
            KernelPath.Run(new AddKernel(values + done, row.Length - done, max, lanes));
        }
        float z = LaneTree.Sum(lanes), w = LaneTree.Sum(lanes + LaneCount);
        log = Elementary.Log(z);
        return Math.Max(log - (double)w / z, 0);
    }

    /// <param name="lanes">[2, 16]: the sums of e^d and of e^d d.</param>
    internal static void ScalarAdd(float* values, int count, float max, float* lanes)
    {
        for (int i = 0; i < count; i++)
        {
            float d = MathF.Max(values[i] - max, Elementary.ExpLowest), e = Elementary.Exp(d);      // 0 from there on, and 0 times infinity is no number
            lanes[i % LaneCount] += e;
            lanes[LaneCount + i % LaneCount] = MathF.FusedMultiplyAdd(e, d, lanes[LaneCount + i % LaneCount]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Add<L, F, I, B>(float* values, int count, float max, float* lanes)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        int whole = count & ~(LaneCount - 1);
        F shift = L.Broadcast(max), lowest = L.Broadcast(Elementary.ExpLowest), z = L.Load(lanes), w = L.Load(lanes + LaneCount);
        for (int i = 0; i < whole; i += LaneCount)
        {
            F d = L.Max(lowest, L.Subtract(L.Load(values + i), shift)), e = Lanes<L, F, I, B>.Exp(d);
            z = L.Add(z, e);
            w = L.Fma(e, d, w);
        }
        L.Store(lanes, z);
        L.Store(lanes + LaneCount, w);
        ScalarAdd(values + whole, count - whole, max, lanes);
    }

    private readonly struct AddKernel(float* values, int count, float max, float* lanes) : IKernel
    {
        public void Scalar() => ScalarAdd(values, count, max, lanes);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            Add<L, F, I, B>(values, count, max, lanes);
    }
}
