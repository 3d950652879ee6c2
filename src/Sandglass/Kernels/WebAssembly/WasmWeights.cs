namespace Sandglass.Kernels.WebAssembly;

/// <summary>Writes the sums of a row's weights, <c>round(e^(row[i] - max) * 2^32)</c>, of all, and of those of elements that are at least one floor or
/// another: what <c>Sampling.WeightSums</c> adds up in lanes of double. Only for machines whose relaxed_madd rounds once; the sums are
/// of integers, exact in any order.</summary>
internal static class WasmWeights
{
    private const double Whole = 4503599627370496;      // 2^52, as there
    private const double Reach = 23;                    // beyond it a weight is 0
    private const int Power = 32;                       // of two: what the largest weighs

    /// <summary>Other: three sums of 64 bits, each in two lanes that are still to be added. A round is of sixteen elements.</summary>
    public static byte[] Write()
    {
        WasmCode code = new();
        Local row = code.Int(), other = code.Int(), rounds = code.Int(), max = code.Vector(), near = code.Vector(), middle = code.Vector();
        Local logit = code.Vector(), depth = code.Vector(), shifted = code.Vector(), n = code.Vector();
        Local high = code.Vector(), low = code.Vector(), r = code.Vector(), p = code.Vector();
        Local[] sums = code.Vectors(3);

        code.Load(row, 0).Load(other, 4).Load(rounds, 8);
        code.Get(WasmCode.Argument).Simd(WasmSimd.Load64Splat, 16).Set(max);
        code.Get(WasmCode.Argument).Simd(WasmSimd.Load64Splat, 24).Set(near);
        code.Get(WasmCode.Argument).Simd(WasmSimd.Load64Splat, 32).Set(middle);
        code.Repeat(rounds, () =>
        {
            for (int i = 0; i < 8; i++)
            {
                code.Get(row).Simd(WasmSimd.Load64Zero, 8 * i).Simd(WasmSimd.Promote).Tee(logit).Get(max).Simd(WasmSimd.SubDouble).Set(depth);
                Weight();
                code.Splat(-Reach).Get(depth).Simd(WasmSimd.AtMostDouble).Get(p).Simd(WasmSimd.And).Tee(p);
                code.Get(sums[0]).Simd(WasmSimd.AddLongs).Set(sums[0]);
                AddFrom(near, sums[1]);
                AddFrom(middle, sums[2]);
            }
            code.Advance(row, 64);
        });
        for (int i = 0; i < sums.Length; i++) code.Get(other).Get(sums[i]).Simd(WasmSimd.Store, 16 * i);
        return code.Module();

        // p = the weight: the operations of DoubleLanes.Exp, one for one
        void Weight()
        {
            code.Get(depth).Splat(Elementary.Log2E64).Splat(Elementary.RoundMagic64).Simd(WasmSimd.RelaxedMultiplyAddDouble).Set(shifted);
            code.Splat(Elementary.RoundMagic64).Get(shifted).Simd(WasmSimd.SubDouble).Set(n);
            code.Get(n).Splat(Elementary.Ln2Hi64).Get(depth).Simd(WasmSimd.RelaxedMultiplyAddDouble).Set(high);
            code.Get(n).Splat(Elementary.Ln2Lo64).Splat(0d).Simd(WasmSimd.RelaxedMultiplyAddDouble).Set(low);
            code.Get(high).Get(low).Simd(WasmSimd.AddDouble).Set(r);
            code.Splat(1 / 6227020800.0).Set(p);
            foreach (double next in (ReadOnlySpan<double>)[1 / 479001600.0, 1 / 39916800.0, 1 / 3628800.0, 1 / 362880.0, 1 / 40320.0, 1 / 5040.0, 1 / 720.0,
                1 / 120.0, 1 / 24.0, 1 / 6.0, 0.5])
                code.Get(p).Get(r).Splat(next).Simd(WasmSimd.RelaxedMultiplyAddDouble).Set(p);
            code.Splat(1d).Get(r);
            code.Get(r).Get(r).Simd(WasmSimd.MultiplyDouble).Get(p);
            code.Get(high).Get(r).Simd(WasmSimd.SubDouble).Get(low).Simd(WasmSimd.AddDouble);
            code.Simd(WasmSimd.RelaxedMultiplyAddDouble).Simd(WasmSimd.AddDouble).Simd(WasmSimd.AddDouble);
            code.Get(shifted).Const(52).Simd(WasmSimd.ShiftLeftLongs).Splat(Bits((ulong)(1023 + Power) << 52)).Simd(WasmSimd.AddLongs);
            code.Simd(WasmSimd.MultiplyDouble).Splat(Whole).Simd(WasmSimd.AddDouble).Splat(Bits((1UL << 52) - 1)).Simd(WasmSimd.And).Set(p);
        }

        void AddFrom(Local floor, Local sum) =>
            code.Get(floor).Get(logit).Simd(WasmSimd.AtMostDouble).Get(p).Simd(WasmSimd.And).Get(sum).Simd(WasmSimd.AddLongs).Set(sum);

        static double Bits(ulong bits) => BitConverter.UInt64BitsToDouble(bits);
    }
}
