using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>The vector kernels of a quantised type: one source for every width.</summary>
/// <remarks>
/// A block of 32 columns is unpacked once and multiplied with every token of the tile, so the same code serves one token and many. Products of codes and int8
/// are summed in int16 as long as they fit: a lane of int16 sees two products a group, and with codes of b bits 2 * (2^b - 1) * 127 a group, so up to eight
/// groups fit for four bits (30480 &lt; 32767), four for five (31496), two for six (32004). Eight-bit codes are two nibbles.
/// </remarks>
internal unsafe partial class VectorQuantizedPanels<TFormat, TCodes, L, F, I, B>(TensorType type) : QuantizedPanels<TFormat, TCodes>(type)
    where TFormat : struct, IFormat
    where TCodes : struct, ICodes
    where L : struct, ILanes<F, I, B>
    where F : struct
    where I : struct
    where B : struct
{
    public override void MultiplyFast(byte* panel, long panelBytes, int count, int columns, ActivationBlock* activations, int stride, int tokens, float* sums)
    {
        for (int i = 0; i < count; i++, panel += panelBytes, sums += Rows)
        {
            if (tokens == 1) MultiplyFast<OneToken>(panel, columns, activations, stride, tokens, sums, count * Rows);
            else MultiplyFast<ManyTokens>(panel, columns, activations, stride, tokens, sums, count * Rows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyFast<TTile>(byte* panel, int columns, ActivationBlock* activations, int stride, int tokens, float* sums, int sumStride)
        where TTile : struct, ITile
    {
        byte* codes = panel + TFormat.HeaderBytes;
        byte* header = panel;
        int part = 0; // index of 32 columns within the header's
        F running = L.Load(sums); // the sum of a single token stays in its register
        for (int block = 0; block < columns / 32; block++)
        {
            F lowScale = TFormat.Scales<L, F, I, B>(header, part * TFormat.SubBlocks);
            F highScale = TFormat.SubBlocks == 2 ? TFormat.Scales<L, F, I, B>(header, part * 2 + 1) : lowScale;
            F lowMinimum = TFormat.HasMinimum ? TFormat.Minima<L, F, I, B>(header, part * TFormat.SubBlocks) : lowScale;
            F highMinimum = TFormat.HasMinimum && TFormat.SubBlocks == 2 ? TFormat.Minima<L, F, I, B>(header, part * 2 + 1) : lowMinimum;
            F lowZero = TFormat.HasMinimum ? lowMinimum : L.Multiply(lowScale, L.Broadcast(-TFormat.Offset));
            F highZero = TFormat.HasMinimum ? highMinimum : TFormat.SubBlocks == 2 ? L.Multiply(highScale, L.Broadcast(-TFormat.Offset)) : lowZero;

            B w0 = TCodes.Group<L, F, I, B>(codes, 0), w1 = TCodes.Group<L, F, I, B>(codes, 1);
            B w2 = TCodes.Group<L, F, I, B>(codes, 2), w3 = TCodes.Group<L, F, I, B>(codes, 3);
            B w4 = TCodes.Group<L, F, I, B>(codes, 4), w5 = TCodes.Group<L, F, I, B>(codes, 5);
            B w6 = TCodes.Group<L, F, I, B>(codes, 6), w7 = TCodes.Group<L, F, I, B>(codes, 7);

            // Eight-bit codes are two nibbles: these are the high ones, where they are kept; otherwise the compiler drops them.
            B h0 = High<TTile>(codes, 0), h1 = High<TTile>(codes, 1), h2 = High<TTile>(codes, 2), h3 = High<TTile>(codes, 3);
            B h4 = High<TTile>(codes, 4), h5 = High<TTile>(codes, 5), h6 = High<TTile>(codes, 6), h7 = High<TTile>(codes, 7);

            ActivationBlock* a = activations + (long)block * stride;
            for (int token = 0; token < tokens; token++, a++)
            {
                B low = Pairs4(w0, w1, w2, w3, a->Codes, out B lowRest);
                B high = Pairs4(w4, w5, w6, w7, a->Codes + 16, out B highRest);
                F sum = TTile.IsOne ? running : L.Load(sums + (long)sumStride * token);
                F scaleA = L.Broadcast(a->Scale);

                if (TFormat.SubBlocks == 2)
                {
                    I lowDot = L.AddNeighbours(low), highDot = L.AddNeighbours(high);
                    if (TCodes.Bits == 6)
                    {
                        lowDot = L.AddInt(lowDot, L.AddNeighbours(lowRest));
                        highDot = L.AddInt(highDot, L.AddNeighbours(highRest));
                    }
                    sum = L.Fma(Signed(lowDot, a->LowSum), L.Multiply(lowScale, scaleA), sum);
                    sum = L.Fma(Signed(highDot, a->HighSum), L.Multiply(highScale, scaleA), sum);
                    if (TFormat.HasMinimum)
                    {
                        sum = L.Fma(L.Broadcast(a->LowSum), L.Multiply(lowMinimum, scaleA), sum);
                        sum = L.Fma(L.Broadcast(a->HighSum), L.Multiply(highMinimum, scaleA), sum);
                    }
                }
                else
                {
                    I dot = TCodes.Bits == 5 ? L.AddInt(L.AddNeighbours(low), L.AddNeighbours(high)) : L.AddNeighbours(L.AddShorts(low, high));
                    if (TCodes.Bits == 8)
                    {
                        B upper = HighNibblesKept<TTile>()
                            ? L.AddShorts(Pairs4(h0, h1, h2, h3, a->Codes, out _), Pairs4(h4, h5, h6, h7, a->Codes + 16, out _))
                            : HighPairs(codes, a->Codes);
                        dot = L.AddInt(dot, L.ShiftLeftInt(L.AddNeighbours(upper), 4));
                    }
                    sum = L.Fma(Signed(dot, a->Sum), L.Multiply(lowScale, scaleA), sum);
                    if (TFormat.HasMinimum) sum = L.Fma(L.Broadcast(a->Sum), L.Multiply(lowMinimum, scaleA), sum);
                }

                bool inHigh = TFormat.SubBlocks == 2 && a->LargestColumn >= 16;
                F weight = L.Fma(inHigh ? highScale : lowScale, L.ToFloat(TCodes.Largest<L, F, I, B>(codes, a)), inHigh ? highZero : lowZero);
                sum = L.Fma(weight, L.Broadcast(a->Largest), sum);
                if (TTile.IsOne) running = sum;
                else L.Store(sums + (long)sumStride * token, sum);
            }

            Advance(ref header, ref codes, ref part);
        }
        if (TTile.IsOne) L.Store(sums, running);
    }

    public override void Widen(byte* panel, int from, int columns, float* to) =>
        ExactQuantizedPanels<TFormat, TCodes, L, F, I, B>.Dequantize(panel, from, columns, to);

    public override void MultiplyExact(byte* panels, long panelBytes, int count, int columns, float* x, int width, int tokens, float* sums) =>
        ExactQuantizedPanels<TFormat, TCodes, L, F, I, B>.Multiply(panels, panelBytes, count, columns, x, width, tokens, sums);

    public override void MultiplyExactOne(byte* panel, long panelBytes, int count, int columns, float* x, float* sums) =>
        ExactQuantizedPanels<TFormat, TCodes, L, F, I, B>.MultiplyOne(panel, panelBytes, count, columns, x, sums);

    /// <summary>The dot product of the codes' values: offset * the sum of the activations' codes is subtracted.</summary>
    /// <remarks>As exact as integers: the dot product is below 2^20, the offset is a power of two, the difference is below 2^24.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F Signed(I dot, float sumOfCodes) =>
        TFormat.Offset == 0 ? L.ToFloat(dot) : L.Fma(L.Broadcast(sumOfCodes), L.Broadcast(-TFormat.Offset), L.ToFloat(dot));

    /// <summary>Products of four groups, summed in int16 as far as they fit; six-bit codes leave the second half in <paramref name="rest"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static B Pairs4(B w0, B w1, B w2, B w3, sbyte* a, out B rest)
    {
        B first = L.AddShorts(L.MultiplyPairs(w0, L.BroadcastQuad(a)), L.MultiplyPairs(w1, L.BroadcastQuad(a + 4)));
        B second = L.AddShorts(L.MultiplyPairs(w2, L.BroadcastQuad(a + 8)), L.MultiplyPairs(w3, L.BroadcastQuad(a + 12)));
        rest = second;
        return TCodes.Bits == 6 ? first : L.AddShorts(first, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static B High<TTile>(byte* codes, int group)
        where TTile : struct, ITile => HighNibblesKept<TTile>() ? TCodes.HighGroup<L, F, I, B>(codes, group) : default;

    /// <summary>
    /// Keeping the high nibbles of eight-bit codes in sixteen registers pays for many tokens (1.3 times as fast), but not for a single one (0.9 times).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HighNibblesKept<TTile>()
        where TTile : struct, ITile => TCodes.Bits == 8 && !TTile.IsOne;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static B HighPairs(byte* codes, sbyte* a)
    {
        B sum = L.MultiplyPairs(TCodes.HighGroup<L, F, I, B>(codes, 0), L.BroadcastQuad(a));
        for (int group = 1; group < 8; group++)
            sum = L.AddShorts(sum, L.MultiplyPairs(TCodes.HighGroup<L, F, I, B>(codes, group), L.BroadcastQuad(a + 4 * group)));
        return sum;
    }

    private interface ITile
    {
        static abstract bool IsOne { get; }
    }

    private readonly struct OneToken : ITile
    {
        public static bool IsOne => true;
    }

    private readonly struct ManyTokens : ITile
    {
        public static bool IsOne => false;
    }
}
