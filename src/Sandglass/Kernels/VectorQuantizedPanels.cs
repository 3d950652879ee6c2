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
    public override void MultiplyFast(byte* panel, int columns, ActivationBlock* activations, int stride, int tokens, float* sums)
    {
        if (tokens == 1) MultiplyFast<OneToken>(panel, columns, activations, stride, tokens, sums);
        else MultiplyFast<ManyTokens>(panel, columns, activations, stride, tokens, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyFast<TTile>(byte* panel, int columns, ActivationBlock* activations, int stride, int tokens, float* sums)
        where TTile : struct, ITile
    {
        byte* codes = panel + TFormat.HeaderBytes;
        byte* header = panel;
        int part = 0; // which 32 columns of the header's
        F running = L.Load(sums); // the sum of a single token, which stays in its register
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

            // Eight-bit codes are two nibbles: these are the high ones, where they are kept; elsewhere the compiler drops them.
            B h0 = High<TTile>(codes, 0), h1 = High<TTile>(codes, 1), h2 = High<TTile>(codes, 2), h3 = High<TTile>(codes, 3);
            B h4 = High<TTile>(codes, 4), h5 = High<TTile>(codes, 5), h6 = High<TTile>(codes, 6), h7 = High<TTile>(codes, 7);

            ActivationBlock* a = activations + (long)block * stride;
            for (int token = 0; token < tokens; token++, a++)
            {
                B low = Pairs4(w0, w1, w2, w3, a->Codes, out B lowRest);
                B high = Pairs4(w4, w5, w6, w7, a->Codes + 16, out B highRest);
                F sum = TTile.IsOne ? running : L.Load(sums + Panels.Rows * token);
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
                else L.Store(sums + Panels.Rows * token, sum);
            }

            Advance(ref header, ref codes, ref part);
        }
        if (TTile.IsOne) L.Store(sums, running);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyExact(byte* panel, int columns, float* x, int stride, int tokens, float* sums)
    {
        float* weights = stackalloc float[32 * Panels.Rows]; // [column, row]: dequantised once for all tokens of the tile
        byte* codes = panel + TFormat.HeaderBytes;
        byte* header = panel;
        int part = 0;
        for (int block = 0; block < columns / 32; block++)
        {
            for (int group = 0; group < 8; group++)
            {
                int subBlock = part * TFormat.SubBlocks + (TFormat.SubBlocks == 2 ? group >> 2 : 0);
                F scale = TFormat.Scales<L, F, I, B>(header, subBlock), zero = Zero(header, subBlock, scale);
                I quads = TCodes.Quads<L, F, I, B>(codes, group);
                float* to = weights + 4 * Panels.Rows * group;
                L.Store(to, Weight(quads, 0, scale, zero));
                L.Store(to + Panels.Rows, Weight(quads, 8, scale, zero));
                L.Store(to + 2 * Panels.Rows, Weight(quads, 16, scale, zero));
                L.Store(to + 3 * Panels.Rows, Weight(quads, 24, scale, zero));
            }
            FloatTile<L, F, I, B>.Multiply(weights, 32, x + 32 * block, stride, tokens, sums);
            Advance(ref header, ref codes, ref part);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyExactOne(byte* panel, long panelBytes, int count, int columns, float* x, float* sums)
    {
        // Where there are fewer than four the first stands in for the others, and their sums are of no interest.
        long p1 = count > 1 ? panelBytes : 0, p2 = count > 2 ? 2 * panelBytes : 0, p3 = count > 3 ? 3 * panelBytes : 0;
        F s0 = L.Load(sums), s1 = L.Load(sums + 16), s2 = L.Load(sums + 32), s3 = L.Load(sums + 48);
        byte* codes = panel + TFormat.HeaderBytes;
        byte* header = panel;
        int part = 0;
        for (int block = 0; block < columns / 32; block++)
        {
            for (int sub = 0; sub < TFormat.SubBlocks; sub++)
            {
                int subBlock = part * TFormat.SubBlocks + sub;
                F scale0 = TFormat.Scales<L, F, I, B>(header, subBlock), zero0 = Zero(header, subBlock, scale0);
                F scale1 = TFormat.Scales<L, F, I, B>(header + p1, subBlock), zero1 = Zero(header + p1, subBlock, scale1);
                F scale2 = TFormat.Scales<L, F, I, B>(header + p2, subBlock), zero2 = Zero(header + p2, subBlock, scale2);
                F scale3 = TFormat.Scales<L, F, I, B>(header + p3, subBlock), zero3 = Zero(header + p3, subBlock, scale3);
                int groups = 8 / TFormat.SubBlocks;
                for (int group = sub * groups; group < (sub + 1) * groups; group++)
                {
                    I q0 = TCodes.Quads<L, F, I, B>(codes, group), q1 = TCodes.Quads<L, F, I, B>(codes + p1, group);
                    I q2 = TCodes.Quads<L, F, I, B>(codes + p2, group), q3 = TCodes.Quads<L, F, I, B>(codes + p3, group);
                    float* at = x + 32 * block + 4 * group;
                    for (int k = 0; k < 4; k++)
                    {
                        F value = L.Broadcast(at[k]);
                        s0 = L.Fma(Weight(q0, 8 * k, scale0, zero0), value, s0);
                        s1 = L.Fma(Weight(q1, 8 * k, scale1, zero1), value, s1);
                        s2 = L.Fma(Weight(q2, 8 * k, scale2, zero2), value, s2);
                        s3 = L.Fma(Weight(q3, 8 * k, scale3, zero3), value, s3);
                    }
                }
            }
            Advance(ref header, ref codes, ref part);
        }
        L.Store(sums, s0);
        L.Store(sums + 16, s1);
        L.Store(sums + 32, s2);
        L.Store(sums + 48, s3);
    }

    /// <summary>To the next 32 columns, and over the next header where this one's are through.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Advance(ref byte* header, ref byte* codes, ref int part)
    {
        codes += TCodes.Bytes;
        if (++part < TFormat.Columns / 32) return;

        part = 0;
        header = codes;
        codes += TFormat.HeaderBytes;
    }

    /// <summary>The weight whose code is 0: the minimum, or the scale times minus the offset.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F Zero(byte* header, int subBlock, F scale) =>
        TFormat.HasMinimum ? TFormat.Minima<L, F, I, B>(header, subBlock) : L.Multiply(scale, L.Broadcast(-TFormat.Offset));

    /// <summary>One column's weights: scale * code + zero, rounded once. Without minima nothing is rounded: scale times a small integer is exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F Weight(I quads, int shift, F scale, F zero) =>
        L.Fma(scale, L.ToFloat(L.AndInt(L.ShiftRightInt(quads, shift), L.BroadcastInt(255))), zero);

    /// <summary>The dot with codes as they are meant: what they are stored above their value by, times the sum of the activations' codes, comes off.</summary>
    /// <remarks>Exact like the integers: the dot is below 2^20, the offset a power of two, the difference below 2^24.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F Signed(I dot, float sumOfCodes) =>
        TFormat.Offset == 0 ? L.ToFloat(dot) : L.Fma(L.Broadcast(sumOfCodes), L.Broadcast(-TFormat.Offset), L.ToFloat(dot));

    /// <summary>Products of four groups, summed in int16 as far as they fit: six-bit codes leave the second half in <paramref name="rest"/>.</summary>
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

    /// <summary>The high nibbles of eight-bit codes are worth sixteen registers for many tokens (1.3 times as fast), and in the way of a single one (0.9 times).</summary>
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
