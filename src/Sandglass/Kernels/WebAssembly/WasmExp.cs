namespace Sandglass.Kernels.WebAssembly;

/// <summary>e^x in four lanes: the operations of <see cref="Elementary.Exp(float)"/>, one for one.</summary>
internal sealed class WasmExp(WasmCode code, WasmFma fma)
{
    private readonly Local _shifted = code.Vector(), _n = code.Vector(), _r = code.Vector(), _p = code.Vector(), _constant = code.Vector();

    /// <summary>x = e^x</summary>
    public void Do(Local x)
    {
        // Comparisons with NaN are false: it passes.
        code.Get(x).Splat(Elementary.ExpLowest).Simd(WasmSimd.PseudoMax).Splat(Elementary.ExpHighest).Simd(WasmSimd.PseudoMin).Set(x);
        code.Splat(Elementary.RoundMagic).Set(_shifted);
        Add(_shifted, x, Elementary.Log2E, _shifted);
        code.Splat(Elementary.RoundMagic).Get(_shifted).Simd(WasmSimd.SubFloat).Set(_n);        // the negated integer
        Add(_r, _n, Elementary.Ln2Hi, x);
        Add(_r, _n, Elementary.Ln2Lo, _r);

        code.Splat(Elementary.ExpC6).Set(_p);
        foreach (float next in (ReadOnlySpan<float>)[Elementary.ExpC5, Elementary.ExpC4, Elementary.ExpC3, Elementary.ExpC2, 1, 1])
        {
            code.Splat(next).Set(_constant);
            fma.Do(_p, _p, _r, _constant);
        }

        // 2^n in two factors of half the exponent: only the last product rounds
        code.Get(_shifted).Splat(Elementary.RoundMagic).Simd(WasmSimd.SubInts).Set(_n);
        code.Get(_n).Const(1).Simd(WasmSimd.ShiftRightIntsS).Set(_r);
        code.Get(_p);
        PowerOfTwo(() => code.Get(_r));
        code.Simd(WasmSimd.MultiplyFloat);
        PowerOfTwo(() => code.Get(_n).Get(_r).Simd(WasmSimd.SubInts));
        code.Simd(WasmSimd.MultiplyFloat).Set(x);
    }

    /// <summary>to = a * factor + c</summary>
    private void Add(Local to, Local a, float factor, Local c)
    {
        code.Splat(factor).Set(_constant);
        fma.Do(to, a, _constant, c);
    }

    private void PowerOfTwo(Action exponent)
    {
        exponent();
        code.Splat(127u).Simd(WasmSimd.AddInts).Const(23).Simd(WasmSimd.ShiftLeftInts);
    }
}
