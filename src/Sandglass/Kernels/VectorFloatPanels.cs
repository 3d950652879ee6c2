using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>The vector kernel of a float type.</summary>
internal sealed unsafe class VectorFloatPanels<TElement, L, F, I, B>(TensorType type) : FloatPanels<TElement>(type)
    where TElement : struct, IElement
    where L : struct, ILanes<F, I, B>
    where F : struct
    where I : struct
    where B : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyExact(byte* panel, int columns, float* x, int stride, int tokens, float* sums)
    {
        if (TElement.Bytes == 4)
        {
            FloatTile<L, F, I, B>.Multiply((float*)panel, columns, x, stride, tokens, sums);
            return;
        }

        float* weights = stackalloc float[32 * Rows]; // [column, row]: widened once for all tokens of the tile
        for (int from = 0; from < columns; from += 32)
        {
            int count = Math.Min(32, columns - from);
            for (int k = 0; k < count; k++)
                L.Store(weights + Rows * k, TElement.Load<L, F, I, B>(panel + (long)(from + k) * Rows * TElement.Bytes));
            FloatTile<L, F, I, B>.Multiply(weights, count, x + from, stride, tokens, sums);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyExactOne(byte* panel, long panelBytes, int count, int columns, float* x, float* sums)
    {
        // Where there are fewer than four the first stands in for the others, and their sums are of no interest.
        long p1 = count > 1 ? panelBytes : 0, p2 = count > 2 ? 2 * panelBytes : 0, p3 = count > 3 ? 3 * panelBytes : 0;
        F s0 = L.Load(sums), s1 = L.Load(sums + 16), s2 = L.Load(sums + 32), s3 = L.Load(sums + 48);
        for (int k = 0; k < columns; k++, panel += Rows * TElement.Bytes)
        {
            F value = L.Broadcast(x[k]);
            s0 = L.Fma(TElement.Load<L, F, I, B>(panel), value, s0);
            s1 = L.Fma(TElement.Load<L, F, I, B>(panel + p1), value, s1);
            s2 = L.Fma(TElement.Load<L, F, I, B>(panel + p2), value, s2);
            s3 = L.Fma(TElement.Load<L, F, I, B>(panel + p3), value, s3);
        }
        L.Store(sums, s0);
        L.Store(sums + 16, s1);
        L.Store(sums + 32, s2);
        L.Store(sums + 48, s3);
    }
}
