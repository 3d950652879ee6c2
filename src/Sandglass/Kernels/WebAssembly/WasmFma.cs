namespace Sandglass.Kernels.WebAssembly;

/// <summary>a * b + c with one rounding, in four lanes: WebAssembly has no such instruction that every machine carries out alike.</summary>
/// <remarks>
/// <para>Where the machine's relaxed_madd is fused, as a trial at the beginning shows, that is it.</para>
/// <para>Elsewhere in lanes of double: a product of two F32 is exact there (48 of 53 bits). The sum is rounded to odd: where the nearest double is not the sum
/// itself (the error term of Knuth's TwoSum is not 0) and its last bit is 0, its neighbour on the side of the sum has a last bit of 1, which says that
/// something is missing. Then rounding to F32 is right, since 53 is more than 24 + 1 bits: Boldo and Melquiond 2008, "Emulation of FMA and correctly rounded sums". An
/// infinity or NaN has no error term above 0 and stays what it is.</para>
/// </remarks>
internal sealed class WasmFma(WasmCode code, bool isFused)
{
    private readonly Local[] _v = isFused ? [] : code.Vectors(7);

    /// <summary>to = a * b + c</summary>
    public void Do(Local to, Local a, Local b, Local c)
    {
        if (isFused)
        {
            code.Get(a).Get(b).Get(c).Simd(WasmSimd.RelaxedMultiplyAdd).Set(to);
            return;
        }
        (Local product, Local addend, Local sum, Local error, Local low, Local high) = (_v[0], _v[1], _v[2], _v[3], _v[4], _v[5]);
        Half(false, low);
        Half(true, high);
        code.Get(low).Get(high).Shuffle(0, 1, 4, 5).Set(to);

        void Half(bool isHigh, Local result)
        {
            Wide(a, isHigh);
            Wide(b, isHigh);
            code.Simd(WasmSimd.MultiplyDouble).Set(product);
            Wide(c, isHigh);
            code.Set(addend).Get(product).Get(addend).Simd(WasmSimd.AddDouble).Set(sum);

            // error = (product - (sum - near)) + (addend - near), near = sum - product
            Local near = _v[6];
            code.Get(sum).Get(product).Simd(WasmSimd.SubDouble).Set(near);
            code.Get(product).Get(sum).Get(near).Simd(WasmSimd.SubDouble).Simd(WasmSimd.SubDouble);
            code.Get(addend).Get(near).Simd(WasmSimd.SubDouble).Simd(WasmSimd.AddDouble).Set(error);

            // 1 where sum and error have one sign, else -1; as far as there is an error and the last bit is 0
            code.Get(sum).Get(error).Simd(WasmSimd.Xor).Const(63).Simd(WasmSimd.ShiftRightLongsS).Get(One).Simd(WasmSimd.Or);
            code.Get(error).Simd(WasmSimd.AbsDouble).Splat(0u).Simd(WasmSimd.MoreDouble).Simd(WasmSimd.And);
            code.Get(sum).Get(One).Simd(WasmSimd.And).Get(One).Simd(WasmSimd.SubLongs).Simd(WasmSimd.And);
            code.Get(sum).Simd(WasmSimd.AddLongs).Simd(WasmSimd.Demote).Set(result);
        }
    }

    /// <summary>1 in either lane of 64 bits, set before the first use.</summary>
    private Local One { get; } = isFused ? default : code.Vector();

    /// <summary>What must stand once before the loops.</summary>
    public void Begin()
    {
        if (!isFused) code.Splat(1u).Splat(0u).Shuffle(0, 4, 0, 4).Set(One);
    }

    private void Wide(Local four, bool isHigh)
    {
        code.Get(four);
        if (isHigh) code.Get(four).Shuffle(2, 3, 2, 3);
        code.Simd(WasmSimd.Promote);
    }
}
