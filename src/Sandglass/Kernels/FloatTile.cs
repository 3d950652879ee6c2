using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>The F32 inner product of a few columns of a panel with the tokens of a tile: sums stay in registers while k runs in order.</summary>
internal static unsafe class FloatTile<L, F, I, B>
    where L : struct, ILanes<F, I, B>
    where F : struct
    where I : struct
    where B : struct
{
    /// <param name="weights">[columns, 16]</param>
    /// <param name="x">[tokens, stride]</param>
    /// <param name="sums">[tokens, 16]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* weights, int columns, float* x, int stride, int tokens, float* sums)
    {
        while (tokens >= 4)
        {
            float* x0 = x, x1 = x + stride, x2 = x + 2L * stride, x3 = x + 3L * stride;
            F s0 = L.Load(sums), s1 = L.Load(sums + 16), s2 = L.Load(sums + 32), s3 = L.Load(sums + 48);
            for (int k = 0; k < columns; k++)
            {
                F w = L.Load(weights + 16 * k);
                s0 = L.Fma(w, L.Broadcast(x0[k]), s0);
                s1 = L.Fma(w, L.Broadcast(x1[k]), s1);
                s2 = L.Fma(w, L.Broadcast(x2[k]), s2);
                s3 = L.Fma(w, L.Broadcast(x3[k]), s3);
            }
            L.Store(sums, s0);
            L.Store(sums + 16, s1);
            L.Store(sums + 32, s2);
            L.Store(sums + 48, s3);
            tokens -= 4;
            x += 4L * stride;
            sums += 64;
        }
        for (; tokens > 0; tokens--, x += stride, sums += 16)
        {
            F sum = L.Load(sums);
            for (int k = 0; k < columns; k++)
                sum = L.Fma(L.Load(weights + 16 * k), L.Broadcast(x[k]), sum);
            L.Store(sums, sum);
        }
    }
}
