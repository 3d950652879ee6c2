using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>Bounds scores smoothly: values[i] = cap * tanh(values[i] / cap), which hardly changes small ones. Source: Gemma Team 2024.</summary>
internal static unsafe class SoftCap
{
    /// <param name="values">[count], overwritten.</param>
    /// <param name="cap">Above 0: no result is larger.</param>
    public static void Apply(float* values, int count, float cap) => KernelPath.Run(new Kernel(values, count, cap));

    internal static void Scalar(float* values, int count, float cap)
    {
        for (int i = 0; i < count; i++)
            values[i] = cap * Elementary.Tanh(values[i] / cap);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vector<L, F, I, B>(float* values, int count, float cap)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F limit = L.Broadcast(cap);
        int whole = count & ~15;
        for (int i = 0; i < whole; i += 16)
            L.Store(values + i, L.Multiply(limit, Lanes<L, F, I, B>.Tanh(L.Divide(L.Load(values + i), limit))));
        Scalar(values + whole, count - whole, cap);
    }

    private readonly struct Kernel(float* values, int count, float cap) : IKernel
    {
        public void Scalar() => SoftCap.Scalar(values, count, cap);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            SoftCap.Vector<L, F, I, B>(values, count, cap);
    }
}
