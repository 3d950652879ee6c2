namespace Sandglass.Kernels;

/// <summary>Creates the panels of a float type.</summary>
internal static class FloatPanels
{
    public static Panels Create<TElement>(TensorType type, KernelWidth width)
        where TElement : struct, IElement => KernelPath.Run(width, new Maker<TElement>(type)).Made!;

    private struct Maker<TElement>(TensorType type) : IKernel
        where TElement : struct, IElement
    {
        public Panels? Made;

        public void Scalar() => Made = new FloatPanels<TElement>(type);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            Made = new VectorFloatPanels<TElement, L, F, I, B>(type);
    }
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

    public override void MultiplyFast(
        byte* panel, long panelBytes, int count, int columns, ActivationBlock* activations, int stride, int tokens, float* sums) =>
        throw new NotSupportedException($"{Type} weights are multiplied in F32");

    public override void MultiplyFine(byte* panel, long panelBytes, int count, int columns, FineBlock* activations, int stride, int tokens, float* sums) =>
        throw new NotSupportedException($"{Type} weights are multiplied in F32");

    public override void Widen(byte* panel, int from, int columns, float* to)
    {
        for (int k = from; k < from + columns; k++)
        {
            for (int row = 0; row < Rows; row++)
                *to++ = TElement.Read(panel + ((long)k * Rows + row) * TElement.Bytes);
        }
    }

    public override void MultiplyExact(byte* panels, long panelBytes, int count, int columns, float* x, int width, int tokens, float* sums)
    {
        for (int i = 0; i < count * Rows; i++)
        {
            byte* panel = panels + i / Rows * panelBytes;
            int row = i % Rows;
            for (int k = 0; k < columns; k++)
            {
                float weight = TElement.Read(panel + ((long)k * Rows + row) * TElement.Bytes);
                for (int token = 0; token < tokens; token++)
                {
                    float* sum = sums + token * count * Rows + i;
                    *sum = MathF.FusedMultiplyAdd(weight, x[(long)k * width + token], *sum);
                }
            }
        }
    }
}
