using System.Runtime.CompilerServices;
using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>The weights of most of a row by F32 exponentials, sixteen at once: those that are sure to round to the integer that F64 rounds to.</summary>
/// <remarks>
/// A logit's difference to the largest is off by at most 2^-20 where it is below 32 (half of its last place), e^x by 2^-23 of itself: together by less than
/// <see cref="Doubt"/>, 2^-19 of the weight. A weight that lies further than that from the middle between two integers rounds to the same one either way. One
/// beyond 2^18 never does: where logits are large their weights are left to F64, as are the few in doubt and a tail of less than sixteen.
/// </remarks>
internal static unsafe class FarWeights
{
    /// <summary>No weight of a logit that is nearer to the largest is sure: e^-9.7 * 2^32 is above 2^18.</summary>
    internal const double Nearest = 9.7;

    private const int LaneCount = 16;
    private const int Block = 64 * LaneCount;                // 64 weights of at most 2^18 a lane: their sum is exact in F32, and that of 16 lanes fits 32 bits
    private const float Doubt = 1f / (1 << 19);
    private const float One = 4294967296;                    // 2^32, as Weights.One
    private const float Whole = 12582912;                    // 1.5 * 2^23: added to a number up to 2^22 it leaves the nearest integer

    /// <summary>The sum of the sure ones, as far as their logits are at least a floor.</summary>
    /// <param name="max">The largest logit, finite.</param>
    /// <param name="left">A bit for each logit: whether it is not among them. A mask for each sixteen, the last one too.</param>
    internal static ulong Sum(ReadOnlySpan<float> logits, float max, float floor, ushort* left)
    {
        fixed (float* values = logits) return KernelPath.Run(new Kernel(values, logits.Length, max, floor, left)).Sum;
    }

    /// <summary>Leaves all from one place on, a multiple of sixteen.</summary>
    internal static ulong Scalar(int from, int count, ushort* left)
    {
        for (int i = from; i < count; i += LaneCount) left[i / LaneCount] = (ushort)(count - i < LaneCount ? (1 << (count - i)) - 1 : ushort.MaxValue);
        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static ulong Vector<L, F, I, B>(float* logits, int count, float max, float floor, ushort* left)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F top = L.Broadcast(max), least = L.Broadcast(floor);
        F one = L.Broadcast(One), whole = L.Broadcast(Whole), doubt = L.Broadcast(Doubt), limit = L.Broadcast(0.5f);
        ulong sum = 0;
        int end = count & ~(LaneCount - 1);
        for (int from = 0; from < end; from += Block)
        {
            F sums = L.Broadcast(0);
            int to = Math.Min(from + Block, end);
            for (int i = from; i < to; i += LaneCount)
            {
                F logit = L.Load(logits + i);
                F weight = L.Multiply(Lanes<L, F, I, B>.Exp(L.Subtract(logit, top)), one);
                F rounded = L.Subtract(L.Add(weight, whole), whole);
                F edge = L.Fma(weight, doubt, L.Abs(L.Subtract(weight, rounded)));       // at most 1/2: sure
                left[i / LaneCount] = (ushort)~L.EqualMask(L.Min(limit, edge), edge);

                F sure = L.WhereAtLeast(limit, edge, rounded);
                sums = L.Add(sums, L.WhereAtLeast(logit, least, sure));
            }
            sum += (ulong)L.SumInt(L.ToInt(sums));
        }
        return sum + Scalar(end, count, left);
    }

    private struct Kernel(float* logits, int count, float max, float floor, ushort* left) : IKernel
    {
        public ulong Sum;

        public void Scalar() => Sum = FarWeights.Scalar(0, count, left);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            Sum = FarWeights.Vector<L, F, I, B>(logits, count, max, floor, left);
    }
}
