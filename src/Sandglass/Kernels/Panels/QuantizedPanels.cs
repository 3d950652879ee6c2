using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sandglass.Kernels;

/// <summary>Panels of a quantised type, with the plain arithmetic: loops that read like the formula, the oracle of the vector kernels.</summary>
internal unsafe class QuantizedPanels<TFormat, TCodes> : Panels
    where TFormat : struct, IFormat
    where TCodes : struct, ICodes
{
    protected QuantizedPanels(TensorType type) => Type = type;

    public override TensorType Type { get; }

    public override bool Quantized => true;

    /// <summary>Bytes of 16 rows by <see cref="IFormat.Columns"/> columns.</summary>
    protected static int BlockBytes => TFormat.HeaderBytes + TFormat.Columns / 32 * TCodes.Bytes;

    public static Panels Create(TensorType type, KernelWidth width) => width switch
    {
        KernelWidth.Vector512 when ByteDotPanels<TFormat, TCodes>.TryCreate(type) is { } panels => panels,
        KernelWidth.Vector256 when !Avx512F.IsSupported => new SplitQuantizedPanels<TFormat, TCodes>(type), // 16 registers
        KernelWidth.Vector128 when WasmDotPanels<TFormat, TCodes>.TryCreate(type) is { } panels => panels,
        _ => KernelPath.Run(width, new Maker(type)).Made!,
    };

    public override long PanelBytes(int columns) => (long)(columns / TFormat.Columns) * BlockBytes;

    public override void Pack(byte* rows, int count, int columns, byte* panel)
    {
        byte* codes = stackalloc byte[256];
        int fileBlockBytes = TensorGeometry.BlockBytes(Type);
        for (int row = 0; row < count; row++)
        {
            byte* header = panel;
            for (int block = 0; block < columns / TFormat.Columns; block++, header += BlockBytes, rows += fileBlockBytes)
            {
                TFormat.Read(rows, header, row, codes);
                for (int part = 0; part < TFormat.Columns / 32; part++)
                    TCodes.Put(header + TFormat.HeaderBytes + part * TCodes.Bytes, row, codes + 32 * part);
            }
        }
    }

    public override void ReadRow(byte* panel, int row, int columns, float* to)
    {
        for (int k = 0; k < columns; k++)
            to[k] = Weight(panel, row, k);
    }

    public override void MultiplyFast(byte* panel, long panelBytes, int count, int columns, ActivationBlock* activations, int stride, int tokens, float* sums)
    {
        for (int i = 0; i < count; i++)
            MultiplyFast(panel + i * panelBytes, columns, activations, stride, tokens, sums + i * Rows, count * Rows);
    }

    private static void MultiplyFast(byte* panel, int columns, ActivationBlock* activations, int stride, int tokens, float* sums, int sumStride)
    {
        int width = 32 / TFormat.SubBlocks; // columns of a sub-block
        for (int token = 0; token < tokens; token++)
        {
            for (int row = 0; row < Rows; row++)
            {
                float sum = sums[sumStride * token + row];
                for (int block = 0; block < columns / 32; block++)
                {
                    ActivationBlock* a = activations + (long)block * stride + token;
                    for (int sub = 0; sub < TFormat.SubBlocks; sub++)
                    {
                        int dot = 0;
                        for (int i = sub * width; i < (sub + 1) * width; i++)
                            dot += (Code(panel, row, 32 * block + i) - TFormat.Offset) * a->Codes[i];
                        sum = MathF.FusedMultiplyAdd(dot, ScaleAt(panel, row, 32 * block + sub * width) * a->Scale, sum);
                    }
                    for (int sub = 0; TFormat.HasMinimum && sub < TFormat.SubBlocks; sub++)
                    {
                        float sumOfCodes = TFormat.SubBlocks == 1 ? a->Sum : sub == 0 ? a->LowSum : a->HighSum;
                        sum = MathF.FusedMultiplyAdd(sumOfCodes, MinimumAt(panel, row, 32 * block + sub * width) * a->Scale, sum);
                    }
                    sum = MathF.FusedMultiplyAdd(Weight(panel, row, 32 * block + a->LargestColumn), a->Largest, sum);
                }
                sums[sumStride * token + row] = sum;
            }
        }
    }

    public override void MultiplyFine(byte* panel, long panelBytes, int count, int columns, FineBlock* activations, int stride, int tokens, float* sums)
    {
        for (int i = 0; i < count; i++)
            MultiplyFine(panel + i * panelBytes, columns, activations, stride, tokens, sums + i * Rows, count * Rows);
    }

    private static void MultiplyFine(byte* panel, int columns, FineBlock* activations, int stride, int tokens, float* sums, int sumStride)
    {
        int width = 32 / TFormat.SubBlocks; // columns of a sub-block
        for (int token = 0; token < tokens; token++)
        {
            for (int row = 0; row < Rows; row++)
            {
                float sum = sums[sumStride * token + row];
                for (int block = 0; block < columns / 32; block++)
                {
                    FineBlock* a = activations + (long)block * stride + token;
                    for (int sub = 0; sub < TFormat.SubBlocks; sub++)
                    {
                        int dot = 0;
                        for (int i = sub * width; i < (sub + 1) * width; i++)
                            dot += (Code(panel, row, 32 * block + i) - TFormat.Offset) * (256 * a->Coarse[i] + a->Rest[i]);
                        sum = MathF.FusedMultiplyAdd(dot, ScaleAt(panel, row, 32 * block + sub * width) * a->Scale, sum);
                    }
                    for (int sub = 0; TFormat.HasMinimum && sub < TFormat.SubBlocks; sub++)
                    {
                        float sumOfCodes = TFormat.SubBlocks == 1 ? a->Sum : sub == 0 ? a->LowSum : a->HighSum;
                        sum = MathF.FusedMultiplyAdd(sumOfCodes, MinimumAt(panel, row, 32 * block + sub * width) * a->Scale, sum);
                    }
                }
                sums[sumStride * token + row] = sum;
            }
        }
    }

    public override void Widen(byte* panel, int from, int columns, float* to)
    {
        for (int k = from; k < from + columns; k++)
        {
            for (int row = 0; row < Rows; row++)
                *to++ = Weight(panel, row, k);
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
                float weight = Weight(panel, row, k);
                for (int token = 0; token < tokens; token++)
                {
                    float* sum = sums + token * count * Rows + i;
                    *sum = MathF.FusedMultiplyAdd(weight, x[(long)k * width + token], *sum);
                }
            }
        }
    }

    /// <summary>Advances by 32 columns, past the next header after a header's last columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Advance(ref byte* header, ref byte* codes, ref int part)
    {
        codes += TCodes.Bytes;
        if (++part < TFormat.Columns / 32) return;

        part = 0;
        header = codes;
        codes += TFormat.HeaderBytes;
    }

    // Rounded once. Without a minimum nothing is rounded at all: a scale times a small integer is exact in F32.
    private static float Weight(byte* panel, int row, int column)
    {
        float scale = ScaleAt(panel, row, column);
        float zero = TFormat.HasMinimum ? MinimumAt(panel, row, column) : scale * -TFormat.Offset;
        return MathF.FusedMultiplyAdd(scale, Code(panel, row, column), zero);
    }

    private static int Code(byte* panel, int row, int column)
    {
        byte* codes = Header(panel, column) + TFormat.HeaderBytes + column % TFormat.Columns / 32 * TCodes.Bytes;
        return TCodes.Get(codes, row, column % 32);
    }

    private static float ScaleAt(byte* panel, int row, int column) => TFormat.Scale(Header(panel, column), row, SubBlock(column));

    private static float MinimumAt(byte* panel, int row, int column) => TFormat.Minimum(Header(panel, column), row, SubBlock(column));

    private static byte* Header(byte* panel, int column) => panel + (long)(column / TFormat.Columns) * BlockBytes;

    private static int SubBlock(int column) => column % TFormat.Columns / (32 / TFormat.SubBlocks);

    private struct Maker(TensorType type) : IKernel
    {
        public Panels? Made;

        public void Scalar() => Made = new QuantizedPanels<TFormat, TCodes>(type);

        public void Vector<L, F, I, B>()
            where L : struct, ILanes<F, I, B>
            where F : struct
            where I : struct
            where B : struct =>
            Made = new VectorQuantizedPanels<TFormat, TCodes, L, F, I, B>(type);
    }
}
