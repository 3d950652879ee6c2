using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Functions composed of F64 lane operations: the exponential.</summary>
internal static class DoubleLanes<X, D>
    where X : struct, IDoubleLanes<D>
    where D : struct
{
    /// <summary>
    /// e^x 2^<paramref name="power"/> in each lane: the operations of <see cref="Elementary.Exp(double)"/>, one for one. Where that is no normal number, nor
    /// a product on the way to it, the lane has some number, and no error.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D Exp(D x, int power)
    {
        D magic = X.Broadcast(Elementary.RoundMagic64);
        D shifted = X.Fma(x, X.Broadcast(Elementary.Log2E64), magic);
        D whole = X.Subtract(magic, shifted);                                // the negated integer

        D high = X.Fma(whole, X.Broadcast(Elementary.Ln2Hi64), x);
        D low = X.Fma(whole, X.Broadcast(Elementary.Ln2Lo64), X.Broadcast(0));
        D r = X.Add(high, low);
        D lost = X.Add(X.Subtract(high, r), low);

        D p = X.Fma(X.Broadcast(1 / 6227020800.0), r, X.Broadcast(1 / 479001600.0));
        p = X.Fma(p, r, X.Broadcast(1 / 39916800.0));
        p = X.Fma(p, r, X.Broadcast(1 / 3628800.0));
        p = X.Fma(p, r, X.Broadcast(1 / 362880.0));
        p = X.Fma(p, r, X.Broadcast(1 / 40320.0));
        p = X.Fma(p, r, X.Broadcast(1 / 5040.0));
        p = X.Fma(p, r, X.Broadcast(1 / 720.0));
        p = X.Fma(p, r, X.Broadcast(1 / 120.0));
        p = X.Fma(p, r, X.Broadcast(1 / 24.0));
        p = X.Fma(p, r, X.Broadcast(1 / 6.0));
        p = X.Fma(p, r, X.Broadcast(0.5));
        D value = X.Add(X.Broadcast(1), X.Add(r, X.Fma(X.Multiply(r, r), p, lost)));

        // the integer stands in the low bits of the sum: shifted to the exponent's place, those above it fall out
        return X.Multiply(value, X.AddBits(X.ShiftLeft(shifted, 52), X.BroadcastBits((ulong)(1023 + power) << 52)));
    }
}
