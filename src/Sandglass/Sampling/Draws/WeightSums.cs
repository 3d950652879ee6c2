using System.Numerics;
using System.Runtime.CompilerServices;
using Sandglass.Kernels;
using Sandglass.Kernels.WebAssembly;

namespace Sandglass.Sampling;

/// <summary>Sums of <see cref="Weights"/>, exact.</summary>
/// <param name="All">Of all logits.</param>
/// <param name="Near">Of those that are at least a floor.</param>
/// <param name="Middle">Of those that are at least another, not above the first.</param>
internal readonly unsafe record struct WeightSums(ulong All, ulong Near, ulong Middle)
{
    private const int Chunk = 4096;      // logits, which lie in the nearest cache
    private const int MaskBits = 64;
    private const int MostRest = 8;
    private const int Few = 256;         // not worth a look by FarWeights

    public static WeightSums operator +(WeightSums a, WeightSums b) => new(a.All + b.All, a.Near + b.Near, a.Middle + b.Middle);

    /// <summary>Of a row.</summary>
    /// <param name="max">The largest logit, finite.</param>
    /// <param name="near">At most <see cref="FarWeights.Nearest"/> below it, as the other floor.</param>
    internal static WeightSums Of(ReadOnlySpan<float> logits, float max, float near, float middle)
    {
        (ulong far, WeightSums left) = Split(logits, max, float.MinValue, near, middle);
        return left with { All = left.All + far };
    }

    /// <summary>The sum of the weights of a row's logits that are at least a floor.</summary>
    /// <param name="max">The largest logit, finite.</param>
    internal static ulong From(ReadOnlySpan<float> logits, float max, float floor)
    {
        (ulong far, WeightSums left) = Split(logits, max, floor, floor, floor);
        return left.Near + far;
    }

    /// <summary>Most weights by <see cref="FarWeights"/>, from a floor up; those that it leaves in F64.</summary>
    [SkipLocalsInit]
    private static (ulong Far, WeightSums Left) Split(ReadOnlySpan<float> logits, float max, float floor, float near, float middle)
    {
        if (logits.Length < Few || WasmRow.HasWeights) return (0, Plain(logits, max, near, middle));
        ulong* masks = stackalloc ulong[Chunk / MaskBits];
        Span<float> room = stackalloc float[Chunk];
        WeightSums sums = default;
        ulong far = 0;
        int rest = 0, longest = 1;                           // chunks that are not asked, after one that had mostly large weights
        while (!logits.IsEmpty)
        {
            scoped ReadOnlySpan<float> chunk = logits[..Math.Min(Chunk, logits.Length)];
            logits = logits[chunk.Length..];
            if (rest > 0) rest--;
            else
            {
                masks[(chunk.Length - 1) / MaskBits] = 0;    // its last part may not be written
                ulong sure = FarWeights.Sum(chunk, max, floor, (ushort*)masks);
                int left = Left(masks, chunk, room);
                if (left < 0) rest = longest = Math.Min(2 * longest, MostRest);
                else
                {
                    far += sure;
                    chunk = room[..left];
                }
            }
            sums += Plain(chunk, max, near, middle);
        }
        return (far, sums);
    }

    /// <summary>Copies the logits whose bits are set, and returns how many; -1 where they are most of the chunk.</summary>
    private static int Left(ulong* masks, ReadOnlySpan<float> chunk, Span<float> to)
    {
        int count = 0, parts = (chunk.Length + MaskBits - 1) / MaskBits;
        for (int part = 0; part < parts; part++) count += BitOperations.PopCount(masks[part]);
        if (count > chunk.Length / 2) return -1;
        int found = 0;
        for (int part = 0; part < parts; part++)
        {
            for (ulong mask = masks[part]; mask != 0; mask &= mask - 1) to[found++] = chunk[part * MaskBits + BitOperations.TrailingZeroCount(mask)];
        }
        return found;
    }

    /// <summary>Of a row, in F64.</summary>
    internal static WeightSums Plain(ReadOnlySpan<float> logits, float max, float near, float middle)
    {
        fixed (float* values = logits)
        {
            ulong* sums = stackalloc ulong[3];
            int done = WasmRow.AddWeights(values, logits.Length, max, near, middle, sums);
            return KernelPath.RunDoubles(new Kernel(values + done, logits.Length - done, max, near, middle)).Sums + new WeightSums(sums[0], sums[1], sums[2]);
        }
    }

    internal static WeightSums Scalar(float* logits, int from, int count, float max, float near, float middle)
    {
        ulong all = 0, close = 0, half = 0;
        for (int i = from; i < count; i++)
        {
            ulong weight = Weights.Of(logits[i], max);
            all += weight;
            if (logits[i] >= near) close += weight;
            if (logits[i] >= middle) half += weight;
        }
        return new WeightSums(all, close, half);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static WeightSums Vector<X, D>(float* logits, int count, float max, float near, float middle)
        where X : struct, IDoubleLanes<D>
        where D : struct
    {
        D top = X.Broadcast(max), reach = X.Broadcast(-Weights.Reach), floor = X.Broadcast(near), lower = X.Broadcast(middle);
        D whole = X.Broadcast(Weights.Whole), mask = X.BroadcastBits(Weights.WholeMask);
        D all = X.BroadcastBits(0), close = all, half = all;
        int i = 0;
        for (; i + X.Count <= count; i += X.Count)
        {
            D logit = X.Widen(logits + i), depth = X.Subtract(logit, top);       // the distance, negated
            D weight = X.And(X.Add(DoubleLanes<X, D>.Exp(depth, Weights.OnePower), whole), mask);
            weight = X.And(weight, X.AtMost(reach, depth));
            all = X.AddBits(all, weight);
            close = X.AddBitsWhere(X.AtMost(floor, logit), close, weight);
            half = X.AddBitsWhere(X.AtMost(lower, logit), half, weight);
        }
        return Scalar(logits, i, count, max, near, middle) + new WeightSums(Lanes<X, D>(all), Lanes<X, D>(close), Lanes<X, D>(half));
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

    private struct Kernel(float* logits, int count, float max, float near, float middle) : IDoubleKernel
    {
        public WeightSums Sums;

        public void Scalar() => Sums = WeightSums.Scalar(logits, 0, count, max, near, middle);

        public void Vector<X, D>()
            where X : struct, IDoubleLanes<D>
            where D : struct =>
            Sums = WeightSums.Vector<X, D>(logits, count, max, near, middle);
    }
}
