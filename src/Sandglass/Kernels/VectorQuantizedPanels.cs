using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>The vector kernels of a quantised type: one source for every width.</summary>
/// <remarks>
/// A block of 32 columns is unpacked once and multiplied with every token of the tile, so the same code serves one token and many. Products of codes and int8
/// are summed in int16 as long as they fit: a lane of int16 sees two products a group, and with codes of b bits 2 * (2^b - 1) * 127 a group, so up to eight groups fit
/// for four bits (30480 &lt; 32767), four for five (31496), two for six (32004). Eight-bit codes are two nibbles.
/// </remarks>
internal sealed unsafe class VectorQuantizedPanels<TFormat, TCodes, L, F, I, B>(TensorType type) : QuantizedPanels<TFormat, TCodes>(type)
    where TFormat : struct, IFormat
    where TCodes : struct, ICodes
    where L : struct, ILanes<F, I, B>
    where F : struct
    where I : struct
    where B : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyFast(byte* panel, int columns, ActivationBlock* activations, int stride, int tokens, float* sums)
    {
        byte* codes = panel + TFormat.HeaderBytes;
        byte* header = panel;
        int part = 0; // which 32 columns of the header's
        for (int block = 0; block < columns / 32; block++)
        {
            F lowScale = TFormat.Scales<L, F, I, B>(header, part * TFormat.SubBlocks);
            F highScale = TFormat.SubBlocks == 2 ? TFormat.Scales<L, F, I, B>(header, part * 2 + 1) : lowScale;
            F lowMinimum = TFormat.HasMinimum ? TFormat.Minima<L, F, I, B>(header, part * TFormat.SubBlocks) : lowScale;
            F highMinimum = TFormat.HasMinimum && TFormat.SubBlocks == 2 ? TFormat.Minima<L, F, I, B>(header, part * 2 + 1) : lowMinimum;

            B w0 = TCodes.Group<L, F, I, B>(codes, 0), w1 = TCodes.Group<L, F, I, B>(codes, 1);
            B w2 = TCodes.Group<L, F, I, B>(codes, 2), w3 = TCodes.Group<L, F, I, B>(codes, 3);
            B w4 = TCodes.Group<L, F, I, B>(codes, 4), w5 = TCodes.Group<L, F, I, B>(codes, 5);
            B w6 = TCodes.Group<L, F, I, B>(codes, 6), w7 = TCodes.Group<L, F, I, B>(codes, 7);

            ActivationBlock* a = activations + (long)block * stride;
            for (int token = 0; token < tokens; token++, a++)
            {
                B low = Pairs4(w0, w1, w2, w3, a->Codes, out B lowRest);
                B high = Pairs4(w4, w5, w6, w7, a->Codes + 16, out B highRest);
                F sum = L.Load(sums + Panels.Rows * token);
                F scaleA = L.Broadcast(a->Scale);

                if (TFormat.SubBlocks == 2)
                {
                    I lowDot = L.AddNeighbours(low), highDot = L.AddNeighbours(high);
                    if (TCodes.Bits == 6)
                    {
                        lowDot = L.AddInt(lowDot, L.AddNeighbours(lowRest));
                        highDot = L.AddInt(highDot, L.AddNeighbours(highRest));
                    }
                    if (TFormat.Offset != 0)
                    {
                        lowDot = L.SubtractInt(lowDot, L.BroadcastInt(TFormat.Offset * a->LowSum));
                        highDot = L.SubtractInt(highDot, L.BroadcastInt(TFormat.Offset * a->HighSum));
                    }
                    sum = L.Fma(L.ToFloat(lowDot), L.Multiply(lowScale, scaleA), sum);
                    sum = L.Fma(L.ToFloat(highDot), L.Multiply(highScale, scaleA), sum);
                    if (TFormat.HasMinimum)
                    {
                        sum = L.Fma(L.Broadcast(a->LowSum), L.Multiply(lowMinimum, scaleA), sum);
                        sum = L.Fma(L.Broadcast(a->HighSum), L.Multiply(highMinimum, scaleA), sum);
                    }
                }
                else
                {
                    I dot = TCodes.Bits <= 4
                        ? L.AddNeighbours(L.AddShorts(low, high))
                        : TCodes.Bits == 8 ? Dot8(low, high, codes, a->Codes) : L.AddInt(L.AddNeighbours(low), L.AddNeighbours(high));
                    if (TFormat.Offset != 0) dot = L.SubtractInt(dot, L.BroadcastInt(TFormat.Offset * (a->LowSum + a->HighSum)));
                    sum = L.Fma(L.ToFloat(dot), L.Multiply(lowScale, scaleA), sum);
                    if (TFormat.HasMinimum) sum = L.Fma(L.Broadcast(a->LowSum + a->HighSum), L.Multiply(lowMinimum, scaleA), sum);
                }

                F code = L.ToFloat(L.SubtractInt(TCodes.Column<L, F, I, B>(codes, a->LargestColumn), L.BroadcastInt(TFormat.Offset)));
                bool inHigh = TFormat.SubBlocks == 2 && a->LargestColumn >= 16;
                F weight = L.Multiply(inHigh ? highScale : lowScale, code);
                if (TFormat.HasMinimum) weight = L.Fma(inHigh ? highScale : lowScale, code, inHigh ? highMinimum : lowMinimum);
                L.Store(sums + Panels.Rows * token, L.Fma(weight, L.Broadcast(a->Largest), sum));
            }

            codes += TCodes.Bytes;
            if (++part == TFormat.Columns / 32)
            {
                part = 0;
                header = codes;
                codes += TFormat.HeaderBytes;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyExact(byte* panel, int columns, float* x, int stride, int tokens, float* sums)
    {
        float* weights = stackalloc float[32 * Panels.Rows]; // [column, row]
        byte* codes = panel + TFormat.HeaderBytes;
        byte* header = panel;
        int part = 0;
        for (int block = 0; block < columns / 32; block++)
        {
            for (int sub = 0; sub < TFormat.SubBlocks; sub++)
            {
                F scale = TFormat.Scales<L, F, I, B>(header, part * TFormat.SubBlocks + sub);
                F minimum = TFormat.HasMinimum ? TFormat.Minima<L, F, I, B>(header, part * TFormat.SubBlocks + sub) : scale;
                int width = 32 / TFormat.SubBlocks;
                for (int column = sub * width; column < (sub + 1) * width; column++)
                {
                    F code = L.ToFloat(L.SubtractInt(TCodes.Column<L, F, I, B>(codes, column), L.BroadcastInt(TFormat.Offset)));
                    L.Store(weights + Panels.Rows * column, TFormat.HasMinimum ? L.Fma(scale, code, minimum) : L.Multiply(scale, code));
                }
            }
            FloatTile<L, F, I, B>.Multiply(weights, 32, x + 32 * block, stride, tokens, sums);

            codes += TCodes.Bytes;
            if (++part == TFormat.Columns / 32)
            {
                part = 0;
                header = codes;
                codes += TFormat.HeaderBytes;
            }
        }
    }

    /// <summary>Products of four groups, summed in int16 as far as they fit: six-bit codes leave the second half in <paramref name="rest"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static B Pairs4(B w0, B w1, B w2, B w3, sbyte* a, out B rest)
    {
        B first = L.AddShorts(L.MultiplyPairs(w0, L.BroadcastQuad(a)), L.MultiplyPairs(w1, L.BroadcastQuad(a + 4)));
        B second = L.AddShorts(L.MultiplyPairs(w2, L.BroadcastQuad(a + 8)), L.MultiplyPairs(w3, L.BroadcastQuad(a + 12)));
        rest = second;
        return TCodes.Bits == 6 ? first : L.AddShorts(first, second);
    }

    /// <summary>Low nibbles' sums (given) and sixteen times the high nibbles'.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I Dot8(B low, B high, byte* codes, sbyte* a)
    {
        B upper = L.MultiplyPairs(TCodes.HighGroup<L, F, I, B>(codes, 0), L.BroadcastQuad(a));
        for (int group = 1; group < 8; group++)
            upper = L.AddShorts(upper, L.MultiplyPairs(TCodes.HighGroup<L, F, I, B>(codes, group), L.BroadcastQuad(a + 4 * group)));
        return L.AddInt(L.AddNeighbours(L.AddShorts(low, high)), L.ShiftLeftInt(L.AddNeighbours(upper), 4));
    }
}
