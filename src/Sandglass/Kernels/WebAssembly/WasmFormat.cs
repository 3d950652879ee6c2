namespace Sandglass.Kernels.WebAssembly;

/// <summary>A type's panel as WebAssembly reads it: the header's scales and minima, the codes' places. See <see cref="IFormat"/> and <see cref="ICodes"/> for
/// the same in C#.</summary>
/// <param name="Bits">Of a code: 4, 6 or 8.</param>
/// <param name="Parts">Runs of 32 columns that share a header: 1 or 8.</param>
/// <param name="SubBlocks">In 32 columns: 1 or 2.</param>
/// <param name="Offset">Between a stored code and its value.</param>
/// <param name="HasMinimum">Whether weights have a minimum added.</param>
/// <param name="HeaderBytes">Of 16 rows.</param>
internal readonly record struct WasmFormat(int Bits, int Parts, int SubBlocks, int Offset, bool HasMinimum, int HeaderBytes)
{
    private const int HalvesBytes = Panels.Rows * 2, WholeGroups6 = 6;

    /// <summary>Codes of 16 rows by 32 columns.</summary>
    public int CodesBytes => 64 * Bits;

    /// <summary>Where the factors of scales begin in a header that has them.</summary>
    private int Factors => HasMinimum ? 2 * HalvesBytes : HalvesBytes;

    /// <summary>Null for a type that has no kernel.</summary>
    public static WasmFormat? Of(TensorType type) => type switch
    {
        TensorType.Q8_0 => From<FormatQ8_0, Codes8>(),
        TensorType.Q4_0 => From<FormatQ4_0, Codes4>(),
        TensorType.Q4_1 => From<FormatQ4_1, Codes4>(),
        TensorType.Q4_K => From<FormatQ4_K, Codes4>(),
        TensorType.Q6_K => From<FormatQ6_K, Codes6>(),
        _ => null,
    };

    /// <summary>Pushes eight codes as shorts: four columns of a pair of rows. Of four bits there are other ways.</summary>
    public void Codes(WasmCode code, Local codes, int group, int pair, Local mask)
    {
        if (Bits == 8 || group < WholeGroups6)
        {
            code.Get(codes).Simd(WasmSimd.Load8x8U, 64 * group + 8 * pair);
            if (Bits == 6) code.Get(mask).Simd(WasmSimd.And);
            return;
        }
        for (int third = 0; third < 3; third++)     // the upper two bits of three groups
        {
            code.Get(codes).Simd(WasmSimd.Load8x8U, 64 * (3 * (group - WholeGroups6) + third) + 8 * pair);
            code.Const(6).Simd(WasmSimd.ShiftRightShortsU);
            if (third < 2) code.Const(4 - 2 * third).Simd(WasmSimd.ShiftLeftInts);      // no bit reaches the neighbour
            if (third > 0) code.Simd(WasmSimd.Or);
        }
    }

    /// <summary>Pushes the scales of four rows.</summary>
    public void Scales(WasmCode code, Local header, Local part, int quad, int sub)
    {
        Halves(code, header, 8 * quad);
        if (Parts == 1) return;
        Factor(code, header, part, Factors + Panels.Rows * sub + 4 * quad, isSigned: !HasMinimum);
        code.Simd(WasmSimd.MultiplyFloat);
    }

    /// <summary>Pushes the minima of four rows.</summary>
    public void Minima(WasmCode code, Local header, Local part, int quad)
    {
        if (Parts == 1)
        {
            Halves(code, header, HalvesBytes + 8 * quad);
            return;
        }
        code.Splat(0u);
        Halves(code, header, HalvesBytes + 8 * quad);
        Factor(code, header, part, Factors + Parts * Panels.Rows + 4 * quad, isSigned: false);
        code.Simd(WasmSimd.MultiplyFloat).Simd(WasmSimd.SubFloat);
    }

    /// <summary>Where the codes of a column's group lie, as the address of its first row.</summary>
    public Local Place(WasmCode code, Local codes, Local column)
    {
        Local at = code.Int();
        int groups = Bits == 4 ? 3 : 7;
        code.Get(column).Const(2).Do(WasmOp.ShiftRight).Const(groups).Do(WasmOp.And).Const(6).Do(WasmOp.ShiftLeft).Get(codes).Do(WasmOp.Add).Set(at);
        if (Bits != 6) return at;
        code.Const(4 * WholeGroups6 - 1).Get(column).Do(WasmOp.LessUnsigned).If(() =>
        {
            // group 6 lies above groups 0, 1 and 2, group 7 above 3, 4 and 5
            code.Get(column).Const(28).Do(WasmOp.LessUnsigned).Do(WasmOp.IsZero).Const(3 * 64).Do(WasmOp.Multiply).Get(codes).Do(WasmOp.Add).Set(at);
        });
        return at;
    }

    /// <summary>Pushes the codes of one column of four rows, as integers.</summary>
    public void Code(WasmCode code, Local at, Local column, Local shift, int quad)
    {
        int bits = Bits;
        if (bits != 6)
        {
            Lanes(0, (1u << bits) - 1, 0);
            return;
        }
        Local result = code.Vector();
        code.Const(4 * WholeGroups6 - 1).Get(column).Do(WasmOp.LessUnsigned).If(
            () =>
            {
                for (int third = 0; third < 3; third++)
                {
                    Lanes(64 * third, 3, 6);
                    if (third < 2) code.Const(4 - 2 * third).Simd(WasmSimd.ShiftLeftInts);
                    if (third > 0) code.Simd(WasmSimd.Or);
                }
                code.Set(result);
            },
            () =>
            {
                Lanes(0, 63, 0);
                code.Set(result);
            });
        code.Get(result);

        void Lanes(int offset, uint mask, int above)
        {
            code.Get(at).Simd(WasmSimd.Load, offset + 16 * quad).Get(shift);
            if (above > 0) code.Const(above).Do(WasmOp.Add);
            code.Simd(WasmSimd.ShiftRightIntsU).Splat(mask).Simd(WasmSimd.And);
        }
    }

    /// <summary>Pushes four F16 as F32: their bits moved to F32's places, and the exponents' bias made good. Exact.</summary>
    private static void Halves(WasmCode code, Local header, int offset) =>
        code.Get(header).Simd(WasmSimd.Load16x4S, offset).Const(13).Simd(WasmSimd.ShiftLeftInts).Splat(unchecked((uint)F16.WidenedMask)).Simd(WasmSimd.And)
            .Splat(F16.ExponentShift).Simd(WasmSimd.MultiplyFloat);

    /// <summary>Pushes four bytes as F32.</summary>
    private static void Factor(WasmCode code, Local header, Local part, int offset, bool isSigned) =>
        code.Get(header).Get(part).Do(WasmOp.Add).Simd(WasmSimd.Load32Zero, offset)
            .Simd(isSigned ? WasmSimd.ExtendLowBytesS : WasmSimd.ExtendLowBytesU)
            .Simd(isSigned ? WasmSimd.ExtendLowShortsS : WasmSimd.ExtendLowShortsU).Simd(WasmSimd.ToFloats);

    private static WasmFormat From<TFormat, TCodes>()
        where TFormat : struct, IFormat
        where TCodes : struct, ICodes =>
        new(TCodes.Bits, TFormat.Columns / 32, TFormat.SubBlocks, TFormat.Offset, TFormat.HasMinimum, TFormat.HeaderBytes);
}
