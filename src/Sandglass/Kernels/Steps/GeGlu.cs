using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>
/// A gated feed-forward block's activation with GELU in its form with tanh:
/// gate[i] = gate[i] / 2 * (1 + tanh(sqrt(2 / pi) * (gate[i] + 0.044715 gate[i]^3))) * up[i].
/// Sources: Hendrycks and Gimpel 2016, arXiv:1606.08415; Shazeer 2020.
/// </summary>
/// <remarks>(1 + tanh(u)) / 2 is 1 / (1 + e^-2u): no tanh is computed, and nothing cancels where it is near -1.</remarks>
internal static unsafe class GeGlu
{
    private const float Slope = 1.59576912f;    // 2 sqrt(2 / pi)
    private const float Cubic = 0.0713548163f;  // Slope * 0.044715

    /// <param name="gate">[count], overwritten.</param>
    /// <param name="up">[count]</param>
    public static void Apply(float* gate, float* up, int count) => KernelPath.Run(new Kernel(gate, up, count));

    internal static void Scalar(float* gate, float* up, int count)
    {
        for (int i = 0; i < count; i++)
        {
            float x = gate[i], twice = x * MathF.FusedMultiplyAdd(Cubic, x * x, Slope);
            gate[i] = x / (1f + Elementary.Exp(0f - twice)) * up[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vector<L, F, I, B>(float* gate, float* up, int count)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F one = L.Broadcast(1f), zero = L.Broadcast(0f), slope = L.Broadcast(Slope), cubic = L.Broadcast(Cubic);
        int whole = count & ~15;
        for (int i = 0; i < whole; i += 16)
        {
            F x = L.Load(gate + i), twice = L.Multiply(x, L.Fma(cubic, L.Multiply(x, x), slope));
            F gelu = L.Divide(x, L.Add(one, Lanes<L, F, I, B>.Exp(L.Subtract(zero, twice))));
            L.Store(gate + i, L.Multiply(gelu, L.Load(up + i)));
        }
        Scalar(gate + whole, up + whole, count - whole);
    }

    private readonly struct Kernel(float* gate, float* up, int count) : IKernel
    {
        public void Scalar() => GeGlu.Scalar(gate, up, count);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            GeGlu.Vector<L, F, I, B>(gate, up, count);
    }
}
