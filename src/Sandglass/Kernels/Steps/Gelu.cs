using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>GELU in its form with tanh: x[i] = x[i] / 2 * (1 + tanh(sqrt(2 / pi) * (x[i] + 0.044715 x[i]^3))). Source: Hendrycks and Gimpel 2016,
/// arXiv:1606.08415.</summary>
/// <remarks>(1 + tanh(u)) / 2 is 1 / (1 + e^-2u): no tanh is computed, and nothing cancels where it is near -1.</remarks>
internal static unsafe class Gelu
{
    private const float Slope = 1.59576912f;    // 2 sqrt(2 / pi)
    private const float Cubic = 0.0713548163f;  // Slope * 0.044715

    /// <param name="x">[count], overwritten.</param>
    public static void Apply(float* x, int count) => KernelPath.Run(new Kernel(x, count));

    /// <summary>Of one value.</summary>
    internal static float Of(float x)
    {
        float twice = x * MathF.FusedMultiplyAdd(Cubic, x * x, Slope);
        return x / (1f + Elementary.Exp(0f - twice));
    }

    /// <summary>Of sixteen values: the same operations.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static F Of<L, F, I, B>(F x)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F twice = L.Multiply(x, L.Fma(L.Broadcast(Cubic), L.Multiply(x, x), L.Broadcast(Slope)));
        return L.Divide(x, L.Add(L.Broadcast(1f), Lanes<L, F, I, B>.Exp(L.Subtract(L.Broadcast(0f), twice))));
    }

    internal static void Scalar(float* x, int count)
    {
        for (int i = 0; i < count; i++)
            x[i] = Of(x[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vector<L, F, I, B>(float* x, int count)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        int whole = count & ~15;
        for (int i = 0; i < whole; i += 16)
            L.Store(x + i, Of<L, F, I, B>(L.Load(x + i)));
        Scalar(x + whole, count - whole);
    }

    private readonly struct Kernel(float* x, int count) : IKernel
    {
        public void Scalar() => Gelu.Scalar(x, count);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            Gelu.Vector<L, F, I, B>(x, count);
    }
}
