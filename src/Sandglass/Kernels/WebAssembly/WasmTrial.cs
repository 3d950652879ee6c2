namespace Sandglass.Kernels.WebAssembly;

/// <summary>Finds out what this machine's relaxed instructions do: they do the same always.</summary>
internal static unsafe class WasmTrial
{
    /// <summary>Whether relaxed_madd rounds once: tried on products that a rounding of their own would change, each way.</summary>
    public static bool IsFused()
    {
        var multiply = (delegate* unmanaged<float*, void>)WasmKernels.Place(Module());
        if (multiply == null) return false;
        const float One = 1 + 1f / 4096, Other = 1 + 1f / (1 << 20);
        float* v = stackalloc float[12]
        {
            One, One, -Other, 3,
            One, Other, Other, 1f / 3,
            -(One * One), -(One * Other), Other * Other, -1,
        };
        float* expected = stackalloc float[4];
        for (int i = 0; i < 4; i++) expected[i] = MathF.FusedMultiplyAdd(v[i], v[4 + i], v[8 + i]);
        multiply(v);
        return new ReadOnlySpan<float>(v + 8, 4).SequenceEqual(new ReadOnlySpan<float>(expected, 4));
    }

    /// <summary>[8..12) = [0..4) * [4..8) + [8..12)</summary>
    internal static byte[] Module()
    {
        WasmCode code = new();
        code.Get(WasmCode.Argument);
        for (int i = 0; i < 3; i++) code.Get(WasmCode.Argument).Simd(WasmSimd.Load, 16 * i);
        return code.Simd(WasmSimd.RelaxedMultiplyAdd).Simd(WasmSimd.Store, 32).Module();
    }
}
