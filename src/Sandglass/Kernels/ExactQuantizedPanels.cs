using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>The vector kernels of <em>exact</em> for a quantised type: weights are dequantised on the way, activations stay F32.</summary>
internal static unsafe class ExactQuantizedPanels<TFormat, TCodes, L, F, I, B>
    where TFormat : struct, IFormat
    where TCodes : struct, ICodes
    where L : struct, ILanes<F, I, B>
    where F : struct
    where I : struct
    where B : struct
{
    /// <inheritdoc cref="Panels.MultiplyExact"/>
    [SkipLocalsInit]
    public static void Multiply(byte* panels, long panelBytes, int count, int columns, float* x, int width, int tokens, float* sums)
    {
        const int ColumnsAtOnce = 256, BytesAtOnce = ColumnsAtOnce * Panels.Rows * sizeof(float);
        byte* weights = stackalloc byte[2 * BytesAtOnce + 64]; // [panel, column, row]: 32 KB, in the first cache
        weights = (byte*)(((nuint)weights + 63) & ~(nuint)63);
        for (int from = 0; from < columns; from += ColumnsAtOnce)
        {
            int some = Math.Min(ColumnsAtOnce, columns - from);
            for (int panel = 0; panel < count; panel++)
                Dequantize(panels + panel * panelBytes, from, some, (float*)(weights + panel * BytesAtOnce));
            FloatTile<ElementF32, L, F, I, B>.Multiply(weights, BytesAtOnce, count, some, x + (long)from * width, width, tokens, sums);
        }
    }

    /// <inheritdoc cref="Panels.MultiplyExactOne"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyOne(byte* panel, long panelBytes, int count, int columns, float* x, float* sums)
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

    /// <inheritdoc cref="Panels.Widen"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dequantize(byte* panel, int from, int columns, float* to)
    {
        panel += from / TFormat.Columns * (long)(TFormat.HeaderBytes + TFormat.Columns / 32 * TCodes.Bytes);
        byte* codes = panel + TFormat.HeaderBytes;
        byte* header = panel;
        int part = 0;
        for (int block = 0; block < columns / 32; block++)
        {
            for (int group = 0; group < 8; group++, to += 4 * Panels.Rows)
            {
                int subBlock = part * TFormat.SubBlocks + (TFormat.SubBlocks == 2 ? group >> 2 : 0);
                F scale = TFormat.Scales<L, F, I, B>(header, subBlock), zero = Zero(header, subBlock, scale);
                I quads = TCodes.Quads<L, F, I, B>(codes, group);
                L.Store(to, Weight(quads, 0, scale, zero));
                L.Store(to + Panels.Rows, Weight(quads, 8, scale, zero));
                L.Store(to + 2 * Panels.Rows, Weight(quads, 16, scale, zero));
                L.Store(to + 3 * Panels.Rows, Weight(quads, 24, scale, zero));
            }
            Advance(ref header, ref codes, ref part);
        }
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
}
