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
    private const float LargestToGrow = 65535.996f; // the largest below 2^16; 2^16 times 2^112 is infinite

    public override void MultiplyExact(byte* panels, long panelBytes, int count, int columns, float* x, int width, int tokens, float* sums) =>
        FloatTile<TElement, L, F, I, B>.Multiply(panels, panelBytes, count, columns, x, width, tokens, sums);

    public override void MultiplyExactOne(byte* panel, long panelBytes, int count, int columns, float* x, float* sums)
    {
        if (typeof(TElement) == typeof(ElementF16)) MultiplyShrunk(panel, panelBytes, count, columns, x, sums);
        else MultiplyOne<TElement>(panel, panelBytes, count, columns, x, sums);
    }

    /// <summary>One token of F16: weights stay scaled by 2^-112 and activations are scaled by 2^112, so no product changes by a bit.</summary>
    [SkipLocalsInit]
    private static void MultiplyShrunk(byte* panel, long panelBytes, int count, int columns, float* x, float* sums)
    {
        const int Run = 1024;
        float* grown = stackalloc float[Run + Rows];
        for (int from = 0; from < columns; from += Run, panel += Run * Rows * TElement.Bytes)
        {
            int some = Math.Min(Run, columns - from);
            if (TryGrow(x + from, some, grown)) MultiplyOne<ElementShrunkF16>(panel, panelBytes, count, some, grown, sums);
            else MultiplyOne<TElement>(panel, panelBytes, count, some, x + from, sums);
        }
    }

    /// <summary>x times 2^112; false if one of the results would be infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryGrow(float* x, int columns, float* grown)
    {
        F shift = L.Broadcast(F16.ExponentShift), largest = L.Broadcast(0);
        int k = 0;
        for (; k + Rows <= columns; k += Rows)
        {
            F value = L.Load(x + k);
            largest = L.Max(largest, L.Abs(value)); // a NaN makes all sums NaN in any case
            L.Store(grown + k, L.Multiply(value, shift));
        }
        for (; k < columns; k++)
        {
            largest = L.Max(largest, L.Abs(L.Broadcast(x[k])));
            grown[k] = x[k] * F16.ExponentShift;
        }
        return L.EqualMask(largest, L.Min(largest, L.Broadcast(LargestToGrow))) == 0xFFFF; // no lane is larger
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyOne<E>(byte* panel, long panelBytes, int count, int columns, float* x, float* sums)
        where E : struct, IElement
    {
        // With fewer than four, the first is repeated and the extra sums are ignored.
        long p1 = count > 1 ? panelBytes : 0, p2 = count > 2 ? 2 * panelBytes : 0, p3 = count > 3 ? 3 * panelBytes : 0;
        F s0 = L.Load(sums), s1 = L.Load(sums + 16), s2 = L.Load(sums + 32), s3 = L.Load(sums + 48);
        for (int k = 0; k < columns; k++, panel += Rows * E.Bytes)
        {
            F value = L.Broadcast(x[k]);
            s0 = L.Fma(E.Load<L, F, I, B>(panel), value, s0);
            s1 = L.Fma(E.Load<L, F, I, B>(panel + p1), value, s1);
            s2 = L.Fma(E.Load<L, F, I, B>(panel + p2), value, s2);
            s3 = L.Fma(E.Load<L, F, I, B>(panel + p3), value, s3);
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
