using System.Runtime.CompilerServices;
using Sandglass.Kernels;

namespace Sandglass.Sampling;

/// <summary>Probabilities as integers, <c>round(e^(logit - max) * 2^32)</c>: their 64-bit sums are exact in any order.</summary>
internal static unsafe class Weights
{
    /// <summary>Where <c>max - logit</c> is beyond this the weight is 0: e^-23 * 2^32 = 0.44.</summary>
    internal const int Reach = 23;

    /// <summary>The likeliest token's weight, 2^32; 2^31 such tokens fit the sum.</summary>
    internal const double One = 4294967296;

    /// <summary>Rungs of a nat: see <see cref="Rung"/>.</summary>
    internal const int PerNat = 32;

    /// <summary>The rungs that there are.</summary>
    internal const int Rungs = Reach * PerNat + 1;

    private const int OnePower = 32;                         // 2^32 is One
    private const double Whole = 4503599627370496;           // 2^52: added to a smaller positive number it leaves the nearest (even) integer in the low bits
    private const ulong WholeMask = (1UL << 52) - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Of(float logit, float max)
    {
        double distance = (double)max - logit;
        return distance > Reach ? 0 : Nearest(Elementary.Exp(-distance) * One);
    }

    /// <summary>
    /// The distance from the largest logit in 32nds of a nat; the last one holds all that is further. It never falls while the logit falls, also after
    /// rounding: so a rung's tokens all come before the next one's.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Rung(float logit, float max)
    {
        double distance = (double)max - logit;
        return distance > Reach ? Rungs - 1 : (int)Nearest(distance * PerNat);
    }

    /// <summary>The weights and rungs of a row, in lanes.</summary>
    /// <param name="max">The largest logit, finite.</param>
    /// <param name="weights">As many as there are logits.</param>
    /// <param name="rungs">As many as there are logits.</param>
    internal static void Of(ReadOnlySpan<float> logits, float max, Span<ulong> weights, Span<ulong> rungs)
    {
        fixed (float* values = logits)
        fixed (ulong* to = weights[..logits.Length], steps = rungs[..logits.Length]) KernelPath.RunDoubles(new Kernel(values, logits.Length, max, to, steps));
    }

    /// <summary>The sum of a row's weights, and of those among them that are not further from the largest than two distances, in lanes.</summary>
    /// <param name="max">The largest logit, finite.</param>
    internal static WeightSums Sum(ReadOnlySpan<float> logits, float max, double near, double middle)
    {
        fixed (float* values = logits) return KernelPath.RunDoubles(new SumKernel(values, logits.Length, max, near, middle)).Sums;
    }

    /// <summary>
    /// The nearest integer, the even one between two; for 0 &lt;= value &lt; 2^52. Without the branches of a conversion, and rising with the value.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Nearest(double value) => BitConverter.DoubleToUInt64Bits(value + Whole) & WholeMask;

    internal static void Scalar(float* logits, int from, int count, float max, ulong* weights, ulong* rungs)
    {
        for (int i = from; i < count; i++)
        {
            weights[i] = Of(logits[i], max);
            rungs[i] = (ulong)Rung(logits[i], max);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vector<X, D>(float* logits, int count, float max, ulong* weights, ulong* rungs)
        where X : struct, IDoubleLanes<D>
        where D : struct
    {
        D top = X.Broadcast(max), reach = X.Broadcast(Reach), whole = X.Broadcast(Whole), mask = X.BroadcastBits(WholeMask), perNat = X.Broadcast(PerNat);
        int i = 0;
        for (; i + X.Count <= count; i += X.Count)
        {
            D logit = X.Widen(logits + i), distance = X.Subtract(top, logit);
            D weight = X.Add(DoubleLanes<X, D>.Exp(X.Subtract(logit, top), OnePower), whole);
            D rung = X.Add(X.Multiply(X.Min(distance, reach), perNat), whole);
            X.Store(weights + i, X.And(X.And(weight, mask), X.AtMost(distance, reach)));
            X.Store(rungs + i, X.And(rung, mask));
        }
        Scalar(logits, i, count, max, weights, rungs);
    }

    internal static WeightSums ScalarSum(float* logits, int from, int count, float max, double near, double middle)
    {
        ulong all = 0, close = 0, half = 0;
        for (int i = from; i < count; i++)
        {
            ulong weight = Of(logits[i], max);
            all += weight;
            if ((double)max - logits[i] <= near) close += weight;
            if ((double)max - logits[i] <= middle) half += weight;
        }
        return new WeightSums(all, close, half);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static WeightSums VectorSum<X, D>(float* logits, int count, float max, double near, double middle)
        where X : struct, IDoubleLanes<D>
        where D : struct
    {
        D top = X.Broadcast(max), reach = X.Broadcast(-Reach), limit = X.Broadcast(-near), wider = X.Broadcast(-middle);
        D whole = X.Broadcast(Whole), mask = X.BroadcastBits(WholeMask);
        D all = X.BroadcastBits(0), close = all, half = all;
        int i = 0;
        for (; i + X.Count <= count; i += X.Count)
        {
            D depth = X.Subtract(X.Widen(logits + i), top);                      // the distance, negated
            D weight = X.And(X.Add(DoubleLanes<X, D>.Exp(depth, OnePower), whole), mask);
            all = X.AddBitsWhere(X.AtMost(reach, depth), all, weight);
            close = X.AddBitsWhere(X.AtMost(limit, depth), close, weight);
            half = X.AddBitsWhere(X.AtMost(wider, depth), half, weight);
        }
        return ScalarSum(logits, i, count, max, near, middle) + new WeightSums(Lanes<X, D>(all), Lanes<X, D>(close), Lanes<X, D>(half));
    }

    private static ulong Lanes<X, D>(D sums)
        where X : struct, IDoubleLanes<D>
        where D : struct
    {
        ulong* lanes = stackalloc ulong[X.Count];
        X.Store(lanes, sums);
        ulong sum = 0;
        for (int lane = 0; lane < X.Count; lane++) sum += lanes[lane];
        return sum;
    }

    private struct SumKernel(float* logits, int count, float max, double near, double middle) : IDoubleKernel
    {
        public WeightSums Sums;

        public void Scalar() => Sums = ScalarSum(logits, 0, count, max, near, middle);

        public void Vector<X, D>()
            where X : struct, IDoubleLanes<D>
            where D : struct =>
            Sums = VectorSum<X, D>(logits, count, max, near, middle);
    }

    private readonly struct Kernel(float* logits, int count, float max, ulong* weights, ulong* rungs) : IDoubleKernel
    {
        public void Scalar() => Weights.Scalar(logits, 0, count, max, weights, rungs);

        public void Vector<X, D>()
            where X : struct, IDoubleLanes<D>
            where D : struct =>
            Weights.Vector<X, D>(logits, count, max, weights, rungs);
    }
}

/// <summary>Sums of weights, exact.</summary>
/// <param name="All">Of all candidates.</param>
/// <param name="Near">Of those up to a distance from the largest logit.</param>
/// <param name="Middle">Of those up to another.</param>
internal readonly record struct WeightSums(ulong All, ulong Near, ulong Middle)
{
    public static WeightSums operator +(WeightSums a, WeightSums b) => new(a.All + b.All, a.Near + b.Near, a.Middle + b.Middle);
}
