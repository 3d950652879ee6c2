using Sandglass.Kernels.WebAssembly;

namespace Sandglass.Tests.Kernels.WebAssembly;

/// <summary>One rounding in WebAssembly, whatever the machine's own instructions do.</summary>
public class WasmFmaTests
{
    [WasmTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Products_added_round_once(bool isFused)
    {
        float[] a = [.. Operands(1)], b = [.. Operands(2)], c = [.. Operands(3)];
        for (int i = 0; i < a.Length; i += 3) c[i] = -(a[i] * b[i]);                    // what is left is the product's own rounding
        for (int i = 1; i < a.Length; i += 3) c[i] = a[i] * b[i] * 16_777_216f;         // the product is half a unit of the last place, and a little

        WasmRun run = new();
        uint first = run.Put<float>(a), second = run.Put<float>(b), third = run.Put<float>(c);
        uint argument = run.Put<uint>([first, second, third, (uint)(a.Length / 4)]);
        run.Run(Module(isFused), argument);

        float[] found = run.Take<float>(third, a.Length);
        for (int i = 0; i < a.Length; i++)
        {
            float expected = MathF.FusedMultiplyAdd(a[i], b[i], c[i]);
            if (float.IsNaN(expected) && float.IsNaN(found[i])) continue;
            Assert.True(BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(found[i]), $"{a[i]:G9} * {b[i]:G9} + {c[i]:G9}: {expected:G9} and not {found[i]:G9}");
        }
    }

    /// <summary>c[i] = a[i] * b[i] + c[i]</summary>
    private static byte[] Module(bool isFused)
    {
        WasmCode code = new();
        Local a = code.Int(), b = code.Int(), c = code.Int(), left = code.Int(), x = code.Vector(), y = code.Vector(), z = code.Vector();
        WasmFma fma = new(code, isFused);
        fma.Begin();
        code.Load(a, 0).Load(b, 4).Load(c, 8).Load(left, 12);
        return code.Repeat(left, () =>
        {
            code.Get(a).Simd(WasmSimd.Load, 0).Set(x).Get(b).Simd(WasmSimd.Load, 0).Set(y).Get(c).Simd(WasmSimd.Load, 0).Set(z);
            fma.Do(z, x, y, z);
            code.Get(c).Get(z).Simd(WasmSimd.Store, 0).Advance(a, 16).Advance(b, 16).Advance(c, 16);
        }).Module();
    }

    /// <summary>Numbers of every size, of one size, with few bits, and those at the ends of the range.</summary>
    private static IEnumerable<float> Operands(uint seed)
    {
        float[] ends = [0, -0f, 1, -1, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NaN, 1.17549435e-38f, 1.5f];
        foreach (float x in ends)
        {
            for (int i = 0; i < ends.Length; i++) yield return seed == 1 ? x : ends[(i * (int)seed + (int)seed) % ends.Length];
        }
        ulong state = seed;
        for (int i = 0; i < 240_000; i++)
        {
            state = state * 6364136223846793005 + 1442695040888963407;
            uint bits = (uint)(state >> 32);
            yield return (i % 4) switch
            {
                0 => BitConverter.UInt32BitsToSingle(bits),                                     // of every size
                1 => BitConverter.UInt32BitsToSingle(bits & 0x83FF_FFFF | 0x3C00_0000),         // near 1
                2 => BitConverter.UInt32BitsToSingle(bits & 0x83F0_000F | 0x3C00_0000),         // few bits: ties
                _ => (int)(bits >> 12) - (1 << 19),                                             // whole numbers
            };
        }
    }
}
