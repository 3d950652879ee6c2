using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>A gated feed-forward block's activation with GELU in its form with tanh: gate[i] = gelu(gate[i]) * up[i]. Source: Shazeer 2020.</summary>
internal static unsafe class GeGlu
{
    /// <param name="gate">[count], overwritten.</param>
    /// <param name="up">[count]</param>
    public static void Apply(float* gate, float* up, int count) => KernelPath.Run(new Kernel(gate, up, count));

    internal static void Scalar(float* gate, float* up, int count)
    {
        for (int i = 0; i < count; i++)
            gate[i] = Gelu.Of(gate[i]) * up[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vector<L, F, I, B>(float* gate, float* up, int count)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        int whole = count & ~15;
        for (int i = 0; i < whole; i += 16)
            L.Store(gate + i, L.Multiply(Gelu.Of<L, F, I, B>(L.Load(gate + i)), L.Load(up + i)));
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
