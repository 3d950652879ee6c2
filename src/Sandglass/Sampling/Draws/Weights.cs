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

    internal const int OnePower = 32;                        // 2^32 is One
    internal const double Whole = 4503599627370496;          // 2^52: added to a smaller positive number it leaves the nearest (even) integer in the low bits
    internal const ulong WholeMask = (1UL << 52) - 1;

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

    private readonly struct Kernel(float* logits, int count, float max, ulong* weights, ulong* rungs) : IDoubleKernel
    {
        public void Scalar() => Weights.Scalar(logits, 0, count, max, weights, rungs);

        public void Vector<X, D>()
            where X : struct, IDoubleLanes<D>
            where D : struct =>
            Weights.Vector<X, D>(logits, count, max, weights, rungs);
    }
}
