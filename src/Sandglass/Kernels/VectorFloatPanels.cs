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
    public override void MultiplyExact(byte* panels, long panelBytes, int count, int columns, float* x, int width, int tokens, float* sums) =>
        FloatTile<TElement, L, F, I, B>.Multiply(panels, panelBytes, count, columns, x, width, tokens, sums);

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Widen(byte* panel, int from, int columns, float* to)
    {
        panel += (long)from * Rows * TElement.Bytes;
        for (int k = 0; k < columns; k++, panel += Rows * TElement.Bytes, to += Rows)
            L.Store(to, TElement.Load<L, F, I, B>(panel));
    }
}
