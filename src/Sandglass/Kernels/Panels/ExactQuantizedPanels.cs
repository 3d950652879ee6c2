using System.Runtime.CompilerServices;

namespace Sandglass.Kernels;

/// <summary>The vector kernels of <em>exact</em> for a quantised type: weights are dequantised in registers, activations stay F32.</summary>
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
        byte* weights = stackalloc byte[2 * BytesAtOnce + 64]; // [panel, column, row]: 32 KB, in the L1 cache
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
        // With fewer than four, the first is repeated and the extra sums are ignored.
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
                    // Unrolled by hand, so shifts are constants: 1.2 times as fast. With two or four vectors per value a loop exceeds what the compiler
                    // inlines (5 times as slow).
                    if (typeof(L) == typeof(Lanes512))
                    {
                        F value0 = L.Broadcast(at[0]);
                        s0 = L.Fma(Weight(q0, 0, scale0, zero0), value0, s0);
                        s1 = L.Fma(Weight(q1, 0, scale1, zero1), value0, s1);
                        s2 = L.Fma(Weight(q2, 0, scale2, zero2), value0, s2);
                        s3 = L.Fma(Weight(q3, 0, scale3, zero3), value0, s3);
                        F value1 = L.Broadcast(at[1]);
                        s0 = L.Fma(Weight(q0, 1, scale0, zero0), value1, s0);
                        s1 = L.Fma(Weight(q1, 1, scale1, zero1), value1, s1);
                        s2 = L.Fma(Weight(q2, 1, scale2, zero2), value1, s2);
                        s3 = L.Fma(Weight(q3, 1, scale3, zero3), value1, s3);
                        F value2 = L.Broadcast(at[2]);
                        s0 = L.Fma(Weight(q0, 2, scale0, zero0), value2, s0);
                        s1 = L.Fma(Weight(q1, 2, scale1, zero1), value2, s1);
                        s2 = L.Fma(Weight(q2, 2, scale2, zero2), value2, s2);
                        s3 = L.Fma(Weight(q3, 2, scale3, zero3), value2, s3);
                        F value3 = L.Broadcast(at[3]);
                        s0 = L.Fma(Weight(q0, 3, scale0, zero0), value3, s0);
                        s1 = L.Fma(Weight(q1, 3, scale1, zero1), value3, s1);
                        s2 = L.Fma(Weight(q2, 3, scale2, zero2), value3, s2);
                        s3 = L.Fma(Weight(q3, 3, scale3, zero3), value3, s3);
                    }
                    else
                    {
                        for (int k = 0; k < 4; k++)
                        {
                            F value = L.Broadcast(at[k]);
                            s0 = L.Fma(Weight(q0, k, scale0, zero0), value, s0);
                            s1 = L.Fma(Weight(q1, k, scale1, zero1), value, s1);
                            s2 = L.Fma(Weight(q2, k, scale2, zero2), value, s2);
                            s3 = L.Fma(Weight(q3, k, scale3, zero3), value, s3);
                        }
                    }
                }
            }
            QuantizedPanels<TFormat, TCodes>.Advance(ref header, ref codes, ref part);
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
            for (int sub = 0; sub < TFormat.SubBlocks; sub++)
            {
                int subBlock = part * TFormat.SubBlocks + sub, groups = 8 / TFormat.SubBlocks;
                F scale = TFormat.Scales<L, F, I, B>(header, subBlock), zero = Zero(header, subBlock, scale);
                for (int group = sub * groups; group < (sub + 1) * groups; group++, to += 4 * Panels.Rows)
                {
                    I quads = TCodes.Quads<L, F, I, B>(codes, group);
                    L.Store(to, Weight(quads, 0, scale, zero));
                    L.Store(to + Panels.Rows, Weight(quads, 1, scale, zero));
                    L.Store(to + 2 * Panels.Rows, Weight(quads, 2, scale, zero));
                    L.Store(to + 3 * Panels.Rows, Weight(quads, 3, scale, zero));
                }
            }
            QuantizedPanels<TFormat, TCodes>.Advance(ref header, ref codes, ref part);
        }
    }

    /// <summary>What <see cref="Weight"/> adds: the minimum, or -(offset + 256) * scale, where codes read as 256 + code.</summary>
    /// <remarks>
    /// Exact: scales have at most 19 bits (an F16 times an int8), 256 + offset at most 7 significant ones (Q3_K: 260 = 65 * 4, and its scales have 16).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F Zero(byte* header, int subBlock, F scale) =>
        TFormat.HasMinimum ? TFormat.Minima<L, F, I, B>(header, subBlock) : L.Multiply(scale, L.Broadcast(-256 - TFormat.Offset));

    /// <summary>One of four columns' weights: scale * code + zero, rounded once.</summary>
    /// <remarks>
    /// Without a minimum nothing is rounded at all, so the code need not be converted: as the upper bits of a mantissa under the exponent of 256 it reads 256
    /// + code. With a minimum the 256 could not be subtracted without rounding.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F Weight(I quads, int column, F scale, F zero)
    {
        if (TFormat.HasMinimum) return L.Fma(scale, L.ToFloat(L.AndInt(L.ShiftRightInt(quads, 8 * column), L.BroadcastInt(255))), zero);

        if (typeof(L) != typeof(Lanes512)) return L.Fma(scale, Above256(L.ShiftLeftInt(L.ShiftRightInt(quads, 8 * column), 15)), zero);

        I placed = column switch // neighbouring codes' bits are masked out
        {
            0 => L.ShiftLeftInt(quads, 15),
            1 => L.ShiftLeftInt(quads, 7),
            2 => L.ShiftRightInt(quads, 1),
            _ => L.ShiftRightInt(quads, 9),
        };
        return L.Fma(scale, Above256(placed), zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F Above256(I placed) => L.AsFloat(L.OrInt(L.AndInt(placed, L.BroadcastInt(255 << 15)), L.BroadcastInt(0x4380_0000)));
}
