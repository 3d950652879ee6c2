using System.Runtime.CompilerServices;
using Sandglass.Kernels.WebAssembly;

namespace Sandglass.Kernels;

/// <summary>
/// The gated activation of a feed-forward block: gate[i] = gate[i] / (1 + e^-gate[i]) * up[i]. Source: Shazeer 2020, "GLU variants improve transformer".
/// </summary>
internal static unsafe class SwiGlu
{
    /// <param name="gate">[count], overwritten.</param>
    /// <param name="up">[count]</param>
    public static void Apply(float* gate, float* up, int count)
    {
        int done = WasmRow.SwiGlu(gate, up, count);
        if (done < count) KernelPath.Run(new Kernel(gate + done, up + done, count - done));
    }

    internal static void Scalar(float* gate, float* up, int count)
    {
        for (int i = 0; i < count; i++)
            gate[i] = gate[i] / (1f + Elementary.Exp(0f - gate[i])) * up[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vector<L, F, I, B>(float* gate, float* up, int count)
        where L : struct, ILanes<F, I, B>
        where F : struct
        where I : struct
        where B : struct
    {
        F one = L.Broadcast(1f), zero = L.Broadcast(0f);
        int whole = count & ~15;
        for (int i = 0; i < whole; i += 16)
        {
            F x = L.Load(gate + i);
            F sigmoid = L.Divide(x, L.Add(one, Lanes<L, F, I, B>.Exp(L.Subtract(zero, x))));
            L.Store(gate + i, L.Multiply(sigmoid, L.Load(up + i)));
        }
        Scalar(gate + whole, up + whole, count - whole);
    }

    private readonly struct Kernel(float* gate, float* up, int count) : IKernel
    {
        public void Scalar() => SwiGlu.Scalar(gate, up, count);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            SwiGlu.Vector<L, F, I, B>(gate, up, count);
    }
}
