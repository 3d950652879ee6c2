using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sandglass.Kernels;

/// <summary>Functions composed of lane operations: the exponential, the hyperbolic tangent, and the sum of all lanes in its one fixed order.</summary>
internal static unsafe class Lanes<L, F, I, B>
    where L : struct, ILanes<F, I, B>
    where F : struct
    where I : struct
    where B : struct
{
    /// <summary>e^x in each lane: the operations of <see cref="Elementary.Exp(float)"/>, one for one.</summary>
    /// <remarks>Only the last product of the scaling rounds, so scaling in a single instruction gives the same bits.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Exp(F x)
    {
        x = L.Max(L.Broadcast(Elementary.ExpLowest), x); // the constant first: where x is NaN the second operand is taken
        x = L.Min(L.Broadcast(Elementary.ExpHighest), x);

        F magic = L.Broadcast(Elementary.RoundMagic);
        F shifted = L.Fma(x, L.Broadcast(Elementary.Log2E), magic);
        F n = L.Subtract(magic, shifted); // the negated integer
        F r = L.Fma(n, L.Broadcast(Elementary.Ln2Hi), x);
        r = L.Fma(n, L.Broadcast(Elementary.Ln2Lo), r);

        F one = L.Broadcast(1f);
        F p = L.Fma(L.Broadcast(Elementary.ExpC6), r, L.Broadcast(Elementary.ExpC5));
        p = L.Fma(p, r, L.Broadcast(Elementary.ExpC4));
        p = L.Fma(p, r, L.Broadcast(Elementary.ExpC3));
        p = L.Fma(p, r, L.Broadcast(Elementary.ExpC2));
        p = L.Fma(p, r, one);
        p = L.Fma(p, r, one);

        return L.Scale(p, L.Subtract(shifted, magic));
    }

    /// <summary>tanh x in each lane: the operations of <see cref="Elementary.Tanh(float)"/>, one for one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Tanh(F x)
    {
        F size = L.Abs(x), magic = L.Broadcast(Elementary.RoundMagic), one = L.Broadcast(1f);
        F twice = L.Min(L.Broadcast(Elementary.TanhHighest), L.Add(size, size)); // the constant first, as in Exp
        F shifted = L.Fma(twice, L.Broadcast(Elementary.Log2E), magic);
        F n = L.Subtract(magic, shifted); // minus the whole number
        F r = L.Fma(n, L.Broadcast(Elementary.Ln2Hi), twice);
        r = L.Fma(n, L.Broadcast(Elementary.Ln2Lo), r);

        F p = L.Fma(L.Broadcast(Elementary.ExpC6), r, L.Broadcast(Elementary.ExpC5));
        p = L.Fma(p, r, L.Broadcast(Elementary.ExpC4));
        p = L.Fma(p, r, L.Broadcast(Elementary.ExpC3));
        p = L.Fma(p, r, L.Broadcast(Elementary.ExpC2));
        F t = L.Fma(L.Multiply(r, r), p, r);

        F scale = L.Scale(one, L.Subtract(shifted, magic));
        F e = L.Fma(t, scale, L.Subtract(scale, one));
        F result = L.Divide(e, L.Add(e, L.Broadcast(2f)));
        return L.AsFloat(L.OrInt(L.AsInt(result), L.AndInt(L.AsInt(x), L.BroadcastInt(int.MinValue)))); // x's sign
    }

    /// <summary>a * 2^power in two factors of half the power: the first product is exact, the second rounds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F ScaleTwice(F a, F power)
    {
        // The power is at least -151; 256 more keeps it positive, so that a logical shift halves it, rounding down.
        I whole = L.ToInt(power);
        I half = L.SubtractInt(L.ShiftRightInt(L.AddInt(whole, L.BroadcastInt(256)), 1), L.BroadcastInt(128));
        return L.Multiply(L.Multiply(a, PowerOfTwo(half)), PowerOfTwo(L.SubtractInt(whole, half)));
    }

    /// <summary>The sum of the lanes by the tree of <see cref="LaneTree"/>: l and l + 8, then l and l + 4, l + 2, l + 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(F lanes)
    {
        if (typeof(F) == typeof(Vector512<float>))
        {
            Vector512<float> all = Unsafe.BitCast<F, Vector512<float>>(lanes);
            return SumEight(all.GetLower() + all.GetUpper());
        }
        if (typeof(F) == typeof(Pair<Vector256<float>>))
        {
            Pair<Vector256<float>> all = Unsafe.BitCast<F, Pair<Vector256<float>>>(lanes);
            return SumEight(all.A + all.B);
        }
        if (typeof(F) == typeof(Quad<Vector128<float>>))
        {
            Quad<Vector128<float>> all = Unsafe.BitCast<F, Quad<Vector128<float>>>(lanes);
            return SumFour(all.A + all.C + (all.B + all.D));
        }
        throw new NotSupportedException($"{typeof(L)} has not all sixteen lanes.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float SumEight(Vector256<float> lanes) => SumFour(lanes.GetLower() + lanes.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float SumFour(Vector128<float> lanes)
    {
        lanes += Vector128.Shuffle(lanes, Vector128.Create(2, 3, 0, 1));
        return lanes[0] + lanes[1];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F PowerOfTwo(I n) => L.AsFloat(L.ShiftLeftInt(L.AddInt(n, L.BroadcastInt(127)), 23));
}

/// <summary>The order in which sixteen partial sums are added, defined once.</summary>
internal static unsafe class LaneTree
{
    /// <param name="lanes">[16], overwritten.</param>
    public static float Sum(float* lanes)
    {
        for (int half = 8; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
                lanes[i] += lanes[i + half];
        }
        return lanes[0];
    }
}
