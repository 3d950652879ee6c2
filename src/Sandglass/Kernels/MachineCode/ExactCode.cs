namespace Sandglass.Kernels.MachineCode;

/// <summary>
/// The listing of <em>exact</em> for one token and four panels: weights are dequantised in registers and multiplied with F32 activations, over all columns.
/// </summary>
/// <remarks>
/// Bound by the two multiplier pipes: one fma dequantises 16 weights and one adds their products, 2 cycles, while a sum has a latency of 4. Four panels fill
/// that latency, and everything else has to be cheap. So without minima a code is not moved to a lane's low end and converted: it is shifted into the
/// mantissa, then masked and given an exponent in one instruction, and reads 2^n + code, n being the number of mantissa bits from there on; the product's
/// zero cancels the 2^n (<see cref="ExactPlaces"/> says when that is exact). With minima codes are converted. On Zen 4 a shift from memory is cheaper than a
/// copy of a shifted register (vpternlogd waits for its third operand: 2.7 cycles instead of 2.1), and a rotation occupies the multipliers. Registers: z0 the
/// weight; z2 to z5 near and far masks and exponents, or z1 to z3 codes assembled from parts; z16 to z19 sums, z20 to z23 scales, z24 to z27 minima or near
/// zeros, z28 to z31 far zeros. rcx the block, rdx activations, r9 headers left, r10, r11, r8, rax the panels.
/// </remarks>
internal static class ExactCode
{
    private const int PanelsAtOnce = 4;
    private static readonly Zmm Weight = new(0), Upper = new(1), NearMask = new(2), NearOne = new(3), FarMask = new(4), FarOne = new(5);
    private static readonly Gpr[] PanelAt = [Gpr.R10, Gpr.R11, Gpr.R8, Gpr.Rax];

    public static ZmmCode Write(ByteDotShape shape, bool argumentInRdi)
    {
        ZmmCode code = new();
        if (argumentInRdi) code.RcxFromRdi();
        code.Broadcast(FarMask, Block(ExactBlock.FarMaskAt));
        if (!shape.HasMinimum) code.Broadcast(FarOne, Block(ExactBlock.FarOneAt));
        if (ExactPlaces.HasNear(shape))
        {
            code.Broadcast(NearMask, Block(ExactBlock.NearMaskAt));
            code.Broadcast(NearOne, Block(ExactBlock.NearOneAt));
        }
        code.Load(Gpr.Rdx, Block(ExactBlock.SumsAt));
        for (int panel = 0; panel < PanelsAtOnce; panel++)
        {
            code.Load(Sum(panel), new(Gpr.Rdx, 64 * panel));
            code.Load(PanelAt[panel], Block(ExactBlock.PanelsAt + 8 * panel));
        }
        code.Load(Gpr.Rdx, Block(ExactBlock.ActivationsAt));
        code.Load(Gpr.R9, Block(ExactBlock.HeadersAt));

        int header = code.Here, headerBytes = PanelHeader.Bytes(shape), codeBytes = 64 * shape.Bits, parts = shape.Columns / 32;
        for (int part = 0; part < parts; part++)
        {
            for (int group = 0; group < 8; group++)
            {
                bool begins = group % (8 / shape.SubBlocks) == 0;
                for (int panel = 0; begins && panel < PanelsAtOnce; panel++)
                    ReadFactors(code, shape, panel, shape.SubBlocks * part + group * shape.SubBlocks / 8);
                for (int panel = 0; panel < PanelsAtOnce; panel += 2)
                    AddGroup(code, shape, panel, headerBytes + part * codeBytes, group, 4 * (32 * part + 4 * group));
            }
        }
        code.Add(Gpr.Rdx, 4 * shape.Columns);
        foreach (Gpr panel in PanelAt)
            code.Add(panel, headerBytes + parts * codeBytes);
        code.CountDown(Gpr.R9, header);

        code.Load(Gpr.Rdx, Block(ExactBlock.SumsAt));
        for (int panel = 0; panel < PanelsAtOnce; panel++)
            code.Store(new(Gpr.Rdx, 64 * panel), Sum(panel));
        code.Return();
        return code;
    }

    /// <summary>A sub-block's scales, and its minima or the terms that cancel the places' powers and the offset.</summary>
    private static void ReadFactors(ZmmCode code, ByteDotShape shape, int panel, int subBlock)
    {
        Gpr header = PanelAt[panel];
        if (shape.Columns == 32)                                // F16 scale [16], and F16 minimum [16]
        {
            code.LoadHalves(Scale(panel), new(header));
            if (shape.HasMinimum) code.LoadHalves(Zero(panel), new(header, PanelHeader.HalvesBytes));
        }
        else
        {
            ReadSuperFactors(code, shape, panel, subBlock);
        }
        if (shape.HasMinimum) return;
        code.MultiplyByEach(FarZero(panel), Scale(panel), Block(ExactBlock.FarZeroAt));
        if (ExactPlaces.HasNear(shape)) code.MultiplyByEach(Zero(panel), Scale(panel), Block(ExactBlock.NearZeroAt));
    }

    /// <summary>The scale of 256 columns, F16, times a sub-block's factor; the minimum as well, negated.</summary>
    private static void ReadSuperFactors(ZmmCode code, ByteDotShape shape, int panel, int subBlock)
    {
        Gpr header = PanelAt[panel];
        Zmm scale = Scale(panel), minimum = Zero(panel);
        PanelHeader.LoadFactors(code, shape, new(header), scale, minimum, subBlock, Block(ExactBlock.NibbleMaskAt));
        code.ToFloat(scale, scale);
        code.LoadHalves(Weight, new(header));
        code.Multiply(scale, scale, Weight);
        if (!shape.HasMinimum) return;
        code.ToFloat(minimum, minimum);
        code.LoadHalves(Weight, new(header, PanelHeader.HalvesBytes));
        code.Zero(Upper);
        code.NegateMultiplyThenAdd(minimum, Weight, Upper);
    }

    /// <summary>sum = fma(w, x, sum) for four columns, in order, of two panels in parallel.</summary>
    private static void AddGroup(ZmmCode code, ByteDotShape shape, int firstPanel, int codes, int group, int activations)
    {
        bool asTheyLie = shape.Bits is 4 or 8 || (shape.Bits == 6 && group < Codes6.WholeGroups);
        int at = codes + 64 * (shape.Bits == 4 ? group % 4 : group);
        for (int side = 0; side < 2 && !asTheyLie; side++)
            Assemble(code, shape, Kept(side), PanelAt[firstPanel + side], codes, group);

        ExactPlace[] places = ExactPlaces.Of(shape, group);
        for (int column = 0; column < 4; column++)
        {
            int shift = places[column].Shift;
            for (int side = 0; side < 2; side++)
            {
                Memory inMemory = new(PanelAt[firstPanel + side], at);
                if (!asTheyLie && shift == 0) code.Copy(Weight, Kept(side));
                else if (!asTheyLie) code.Shift(Weight, Kept(side), shift);
                else if (shift == 0) code.Load(Weight, inMemory);
                else code.Shift(Weight, inMemory, shift);
                AddWeight(code, shape, firstPanel + side, places[column].IsFar, new(Gpr.Rdx, activations + 4 * column));
            }
        }
    }

    /// <summary>sum = fma(fma(scale, code, zero), x, sum), for the codes at one place.</summary>
    private static void AddWeight(ZmmCode code, ByteDotShape shape, int panel, bool far, Memory x)
    {
        if (shape.HasMinimum)
        {
            code.And(Weight, Weight, FarMask);
            code.ToFloat(Weight, Weight);
            code.MultiplyThenAdd(Weight, Scale(panel), Zero(panel));
        }
        else
        {
            code.Place(Weight, far ? FarMask : NearMask, far ? FarOne : NearOne);
            code.MultiplyThenAdd(Weight, Scale(panel), far ? FarZero(panel) : Zero(panel));
        }
        code.AddProductOfEach(Sum(panel), Weight, x);
    }

    /// <summary>Codes of four columns, a byte each (with other codes' bits above them), where a code's bits are stored apart or as pairs.</summary>
    private static void Assemble(ZmmCode code, ByteDotShape shape, Zmm to, Gpr panel, int codes, int group)
    {
        if (shape.Bits == 6)
        {
            SpreadGroup.Assemble(code, to, Upper, new(panel, codes), group, Block(ExactBlock.PairMaskAt), Block(ExactBlock.NibbleMaskAt));
            return;
        }
        int lower = shape.Bits <= 3 ? 2 : 4, groups = 8 / lower, chunks = 8 / groups;   // how many groups share 64 bytes
        Load(code, to, new(panel, codes + 64 * (lower == 2 ? group / groups : group % chunks)), lower * (lower == 2 ? group % groups : group / chunks), 0);
        if (shape.Bits == lower) return;
        Load(code, Upper, new(panel, codes + 64 * lower), group, lower);     // the additional bit
        code.KeepUnder(to, Upper, Block(ExactBlock.LowerMaskAt));
    }

    private static void Load(ZmmCode code, Zmm to, Memory at, int from, int place)
    {
        code.Load(to, at);
        if (from < place) code.ShiftShortsLeft(to, to, place - from);
        if (from > place) code.ShiftShortsRight(to, to, from - place);
    }

    private static Memory Block(int displacement) => new(Gpr.Rcx, displacement);

    private static Zmm Kept(int side) => new(2 + side);

    private static Zmm Sum(int panel) => new(16 + panel);

    private static Zmm Scale(int panel) => new(20 + panel);

    private static Zmm Zero(int panel) => new(24 + panel);

    private static Zmm FarZero(int panel) => new(28 + panel);
}
