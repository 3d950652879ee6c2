using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

// fine: weights are unpacked once and multiplied with both planes. Sums fit int16 with -128, too: four bits 8 * 2 * 15 * 128 = 30720, five 4 * 2 * 31 * 128 =
// 31744, six 2 * 2 * 63 * 128 = 32256.
internal unsafe partial class VectorQuantizedPanels<TFormat, TCodes, L, F, I, B>
{
    public override void MultiplyFine(byte* panel, long panelBytes, int count, int columns, FineBlock* activations, int stride, int tokens, float* sums)
    {
        for (int i = 0; i < count; i++, panel += panelBytes, sums += Rows)
        {
            if (tokens == 1) MultiplyFine<OneToken>(panel, columns, activations, stride, tokens, sums, count * Rows);
            else MultiplyFine<ManyTokens>(panel, columns, activations, stride, tokens, sums, count * Rows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyFine<TTile>(byte* panel, int columns, FineBlock* activations, int stride, int tokens, float* sums, int sumStride)
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

            B w0 = TCodes.Group<L, F, I, B>(codes, 0), w1 = TCodes.Group<L, F, I, B>(codes, 1);
            B w2 = TCodes.Group<L, F, I, B>(codes, 2), w3 = TCodes.Group<L, F, I, B>(codes, 3);
            B w4 = TCodes.Group<L, F, I, B>(codes, 4), w5 = TCodes.Group<L, F, I, B>(codes, 5);
            B w6 = TCodes.Group<L, F, I, B>(codes, 6), w7 = TCodes.Group<L, F, I, B>(codes, 7);

            FineBlock* a = activations + (long)block * stride;
            for (int token = 0; token < tokens; token++, a++)
            {
                F sum = TTile.IsOne ? running : L.Load(sums + (long)sumStride * token);
                F scaleA = L.Broadcast(a->Scale);
                if (TFormat.SubBlocks == 2)
                {
                    I lowDot = Biased(Both(HalfDot(w0, w1, w2, w3, a->Coarse), HalfDot(w0, w1, w2, w3, a->Rest)), a->LowBias);
                    I highDot = Biased(Both(HalfDot(w4, w5, w6, w7, a->Coarse + 16), HalfDot(w4, w5, w6, w7, a->Rest + 16)), a->HighBias);
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
                    I dot = Both(Dot(w0, w1, w2, w3, w4, w5, w6, w7, a->Coarse), Dot(w0, w1, w2, w3, w4, w5, w6, w7, a->Rest));
                    if (TCodes.Bits == 8)
                    {
                        I upper = Both(L.AddNeighbours(HighPairs(codes, a->Coarse)), L.AddNeighbours(HighPairs(codes, a->Rest)));
                        dot = L.AddInt(dot, L.ShiftLeftInt(upper, 4));
                    }
                    sum = L.Fma(L.ToFloat(Biased(dot, a->Bias)), L.Multiply(lowScale, scaleA), sum);
                    if (TFormat.HasMinimum) sum = L.Fma(L.Broadcast(a->Sum), L.Multiply(lowMinimum, scaleA), sum);
                }
                if (TTile.IsOne) running = sum;
                else L.Store(sums + (long)sumStride * token, sum);
            }

            Advance(ref header, ref codes, ref part);
        }
        if (TTile.IsOne) L.Store(sums, running);
    }

    /// <summary>Combines the dot products of both planes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I Both(I coarse, I rest) => L.AddInt(L.ShiftLeftInt(coarse, 8), rest);

    /// <summary>The dot product of the codes' values: offset * the sum of the activations' codes is subtracted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I Biased(I dot, int bias) => TFormat.Offset == 0 ? dot : L.AddInt(dot, L.BroadcastInt(bias << BitOperations.Log2((uint)TFormat.Offset)));

    /// <summary>Sixteen columns and one plane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I HalfDot(B w0, B w1, B w2, B w3, sbyte* a)
    {
        B pairs = Pairs4(w0, w1, w2, w3, a, out B rest);
        return TCodes.Bits == 6 ? L.AddInt(L.AddNeighbours(pairs), L.AddNeighbours(rest)) : L.AddNeighbours(pairs);
    }

    /// <summary>Thirty-two columns and one plane; of eight-bit codes the low nibbles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I Dot(B w0, B w1, B w2, B w3, B w4, B w5, B w6, B w7, sbyte* a)
    {
        B low = Pairs4(w0, w1, w2, w3, a, out _), high = Pairs4(w4, w5, w6, w7, a + 16, out _);
        return TCodes.Bits == 5 ? L.AddInt(L.AddNeighbours(low), L.AddNeighbours(high)) : L.AddNeighbours(L.AddShorts(low, high));
    }
}
