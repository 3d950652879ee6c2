using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sandglass.Kernels;

/// <summary>The gated activation of a feed-forward block: gate[i] = gate[i] / (1 + e^-gate[i]) * up[i]. Source: Shazeer 2020, "GLU variants improve transformer".</summary>
internal static unsafe class SwiGlu
{
    /// <param name="gate">[count], overwritten.</param>
    /// <param name="up">[count]</param>
    public static void Apply(float* gate, float* up, int count)
    {
        switch (KernelPath.Current)
        {
            case KernelWidth.Vector512: Vector<Lanes512, Vector512<float>, Vector512<int>, Vector512<byte>>(gate, up, count); break;
            case KernelWidth.Vector256: Vector<Lanes256, Pair<Vector256<float>>, Pair<Vector256<int>>, Pair<Vector256<byte>>>(gate, up, count); break;
            case KernelWidth.Vector128: Vector<Lanes128, Quad<Vector128<float>>, Quad<Vector128<int>>, Quad<Vector128<byte>>>(gate, up, count); break;
            default: Scalar(gate, up, count); break;
        }
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
}
