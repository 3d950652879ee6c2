namespace Sandglass.Kernels.WebAssembly;

/// <summary>Writes what is done with e^x along a row: sixteen elements a round, as four vectors, which is the order of the C# lanes.</summary>
internal static class WasmRows
{
    private const int Vectors = 4, Round = 64;      // bytes: sixteen F32

    /// <summary>Which of them.</summary>
    public enum Kind
    {
        /// <summary>other[l] += e^(row[i] - max), l = i mod 16.</summary>
        AddExps,

        /// <summary>With d = row[i] - max: other[l] += e^d and other[16 + l] = fma(e^d, d, other[16 + l]).</summary>
        AddExpsAndProducts,

        /// <summary>row[i] = e^(row[i] - max)</summary>
        Exps,

        /// <summary>row[i] = row[i] / (1 + e^-row[i]) * other[i]</summary>
        SwiGlu,
    }

    public static byte[] Write(Kind kind, bool isFused)
    {
        WasmCode code = new();
        Local row = code.Int(), other = code.Int(), rounds = code.Int(), max = code.Vector(), d = code.Vector(), e = code.Vector();
        Local[] sums = code.Vectors(2 * Vectors);
        WasmFma fma = new(code, isFused);
        WasmExp exp = new(code, fma);
        bool adds = kind is Kind.AddExps or Kind.AddExpsAndProducts;
        int kept = kind switch { Kind.AddExps => Vectors, Kind.AddExpsAndProducts => 2 * Vectors, _ => 0 };

        fma.Begin();
        code.Load(row, 0).Load(other, 4).Load(rounds, 8).Get(WasmCode.Argument).Simd(WasmSimd.Load32Splat, 12).Set(max);
        for (int i = 0; i < kept; i++) code.Get(other).Simd(WasmSimd.Load, 16 * i).Set(sums[i]);
        code.Repeat(rounds, () =>
        {
            for (int i = 0; i < Vectors; i++)
            {
                if (kind == Kind.SwiGlu)
                {
                    code.Get(row).Simd(WasmSimd.Load, 16 * i).Set(d).Splat(0f).Get(d).Simd(WasmSimd.SubFloat).Set(e);
                    exp.Do(e);
                    code.Get(row).Get(d).Splat(1f).Get(e).Simd(WasmSimd.AddFloat).Simd(WasmSimd.DivideFloat);
                    code.Get(other).Simd(WasmSimd.Load, 16 * i).Simd(WasmSimd.MultiplyFloat).Simd(WasmSimd.Store, 16 * i);
                    continue;
                }
                code.Get(row).Simd(WasmSimd.Load, 16 * i).Get(max).Simd(WasmSimd.SubFloat);
                if (kind == Kind.AddExpsAndProducts) code.Splat(Elementary.ExpLowest).Simd(WasmSimd.PseudoMax);
                code.Tee(d).Set(e);
                exp.Do(e);
                if (adds) code.Get(sums[i]).Get(e).Simd(WasmSimd.AddFloat).Set(sums[i]);
                else code.Get(row).Get(e).Simd(WasmSimd.Store, 16 * i);
                if (kind == Kind.AddExpsAndProducts) fma.Do(sums[Vectors + i], e, d, sums[Vectors + i]);
            }
            code.Advance(row, Round);
            if (kind == Kind.SwiGlu) code.Advance(other, Round);
        });
        for (int i = 0; i < kept; i++) code.Get(other).Get(sums[i]).Simd(WasmSimd.Store, 16 * i);
        return code.Module();
    }
}
