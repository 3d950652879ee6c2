using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sandglass.Kernels;

/// <summary>How one weight of a float type is stored.</summary>
internal unsafe interface IElement
{
    static abstract int Bytes { get; }

    static abstract float Read(byte* from);

    static abstract F Load<L, F, I, B>(byte* from) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct;
}

/// <summary>F32 as it is.</summary>
internal readonly unsafe struct ElementF32 : IElement
{
    public static int Bytes => 4;

    public static float Read(byte* from) => *(float*)from;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Load<L, F, I, B>(byte* from) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct => L.Load((float*)from);
}

/// <summary>F16, widened when read.</summary>
internal readonly unsafe struct ElementF16 : IElement
{
    public static int Bytes => 2;

    public static float Read(byte* from) => F16.ToFloat(*(ushort*)from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Load<L, F, I, B>(byte* from) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct => L.LoadHalf((ushort*)from);
}

/// <summary>BF16, widened when read.</summary>
internal readonly unsafe struct ElementBF16 : IElement
{
    public static int Bytes => 2;

    public static float Read(byte* from) => BitConverter.Int32BitsToSingle(*(ushort*)from << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Load<L, F, I, B>(byte* from) where L : struct, ILanes<F, I, B> where F : struct where I : struct where B : struct => L.LoadBFloat((ushort*)from);
}

/// <summary>Makes the panels of a float type.</summary>
internal static class FloatPanels
{
    public static Panels Create<TElement>(TensorType type, KernelWidth width)
        where TElement : struct, IElement => width switch
        {
            KernelWidth.Vector512 => new VectorFloatPanels<TElement, Lanes512, Vector512<float>, Vector512<int>, Vector512<byte>>(type),
            KernelWidth.Vector256 => new VectorFloatPanels<TElement, Lanes256, Pair<Vector256<float>>, Pair<Vector256<int>>, Pair<Vector256<byte>>>(type),
            KernelWidth.Vector128 => new VectorFloatPanels<TElement, Lanes128, Quad<Vector128<float>>, Quad<Vector128<int>>, Quad<Vector128<byte>>>(type),
            _ => new FloatPanels<TElement>(type),
        };
}

/// <summary>Panels of a float type, [column, 16 rows], with the plain arithmetic.</summary>
internal unsafe class FloatPanels<TElement>(TensorType type) : Panels
    where TElement : struct, IElement
{
    public override TensorType Type { get; } = type;

    public override bool Quantized => false;

    public override long PanelBytes(int columns) => (long)columns * Rows * TElement.Bytes;

    public override void Pack(byte* rows, int count, int columns, byte* panel)
    {
        for (int row = 0; row < count; row++)
        {
            for (int k = 0; k < columns; k++, rows += TElement.Bytes)
            {
                byte* to = panel + ((long)k * Rows + row) * TElement.Bytes;
                if (TElement.Bytes == 2) *(ushort*)to = *(ushort*)rows;
                else *(uint*)to = *(uint*)rows;
            }
        }
    }

    public override void ReadRow(byte* panel, int row, int columns, float* to)
    {
        for (int k = 0; k < columns; k++)
            to[k] = TElement.Read(panel + ((long)k * Rows + row) * TElement.Bytes);
    }

    public override void MultiplyFast(byte* panel, int columns, ActivationBlock* activations, int stride, int tokens, float* sums) =>
        throw new NotSupportedException($"{Type} weights are multiplied in F32");

    public override void MultiplyExact(byte* panel, int columns, float* x, int stride, int tokens, float* sums)
    {
        for (int k = 0; k < columns; k++)
        {
            for (int row = 0; row < Rows; row++)
            {
                float weight = TElement.Read(panel + ((long)k * Rows + row) * TElement.Bytes);
                for (int token = 0; token < tokens; token++)
                    sums[Rows * token + row] = MathF.FusedMultiplyAdd(weight, x[(long)token * stride + k], sums[Rows * token + row]);
            }
        }
    }
}

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
