namespace Sandglass.Kernels.MachineCode;

// How few tokens' kernels read a panel: the header's factors to z4, z5 and, where there are two sub-blocks, to memory; codes to z16 to z23, a byte each.
internal static partial class ByteDotCode
{
    /// <summary>The super-block's scale and minimum go where its eight parts find them.</summary>
    private static void KeepSuperFactors(ZmmCode code, ByteDotShape shape)
    {
        code.LoadHalves(Other, new(Gpr.R10));
        code.Store(Block(ByteDotBlock.SuperScaleAt), Other);
        if (!shape.HasMinimum) return;
        code.LoadHalves(Other, new(Gpr.R10, PanelHeader.HalvesBytes));
        code.Store(Block(ByteDotBlock.SuperMinimumAt), Other);
    }

    /// <summary>Scales, and minima or what a code of 0 is worth. Those of two sub-blocks go to memory too, for the element kept apart to choose from.</summary>
    private static void ReadFactors(ZmmCode code, ByteDotShape shape, int part)
    {
        switch (shape)
        {
            case { Columns: 32, HasMinimum: true }:         // F16 scale [16], F16 minimum [16]
                code.LoadHalves(LowScale, new(Gpr.R10));
                code.LoadHalves(Zeros, new(Gpr.R10, PanelHeader.HalvesBytes));
                break;
            case { Columns: 32 }:                           // F16 scale [16]
                code.LoadHalves(LowScale, new(Gpr.R10));
                code.MultiplyByEach(Zeros, LowScale, Block(ByteDotBlock.NegatedOffsetAt));
                break;
            case { SubBlocks: 1 }:
                PanelHeader.LoadFactors(code, shape, Gpr.R10, LowScale, Zeros, part, Block(ByteDotBlock.NibbleMaskAt));
                ScaleSuper(code, LowScale);
                MinimumOfSuper(code, Zeros);
                break;
            default:
                KeepFactors(code, shape, LowScale, part, 0);
                KeepFactors(code, shape, HighScale, part, 1);
                break;
        }
    }

    /// <summary>A sub-block's scales, and its minima or what a code of 0 is worth.</summary>
    private static void KeepFactors(ZmmCode code, ByteDotShape shape, Zmm scale, int part, int sub)
    {
        PanelHeader.LoadFactors(code, shape, Gpr.R10, scale, Weight, 2 * part + sub, Block(ByteDotBlock.NibbleMaskAt));
        ScaleSuper(code, scale);
        if (shape.HasMinimum) MinimumOfSuper(code, Weight);
        else code.MultiplyByEach(Weight, scale, Block(ByteDotBlock.NegatedOffsetAt));
        code.Store(Block(ByteDotBlock.ScalesAt + sub * ByteDotBlock.SubBlockBytes), scale);
        code.Store(Block(ByteDotBlock.ZerosAt + sub * ByteDotBlock.SubBlockBytes), Weight);
    }

    private static void ScaleSuper(ZmmCode code, Zmm factor)
    {
        code.ToFloat(factor, factor);
        code.Multiply(factor, factor, Block(ByteDotBlock.SuperScaleAt));
    }

    private static void MinimumOfSuper(ZmmCode code, Zmm factor)
    {
        code.ToFloat(factor, factor);
        code.Multiply(factor, factor, Block(ByteDotBlock.SuperMinimumAt));
        code.Zero(Other);
        code.Subtract(factor, Other, factor);
    }

    /// <summary>A byte a code, in registers; and in memory too, for the element kept apart, where they do not lie as nibbles or bytes.</summary>
    private static void UnpackCodes(ZmmCode code, ByteDotShape shape, int codes)
    {
        if (shape.Bits is 2 or 3) UnpackPairs(code, codes);
        else if (shape.Bits == 8) LoadBytes(code, codes);
        else UnpackNibbles(code, codes);
        if (shape.Bits is 3 or 5 or 6) AddUpperBits(code, shape, codes);
        for (int group = 0; !LieAsTheyAre(shape) && group < 8; group++)
            code.Store(Block(ByteDotBlock.CodesAt + 64 * group), Codes(group));
    }

    private static bool LieAsTheyAre(ByteDotShape shape) => shape.Bits is 4 or 8;

    private static void LoadBytes(ZmmCode code, int codes)
    {
        for (int group = 0; group < 8; group++)
            code.Load(Codes(group), new(Gpr.R10, codes + 64 * group));
    }

    private static void UnpackNibbles(ZmmCode code, int codes)
    {
        code.Broadcast(Other, Block(ByteDotBlock.NibbleMaskAt));
        for (int group = 0; group < 4; group++)
        {
            code.Load(Codes(group), new(Gpr.R10, codes + 64 * group));
            code.ShiftShortsRight(Codes(group + 4), Codes(group), 4);
            code.And(Codes(group), Codes(group), Other);
            code.And(Codes(group + 4), Codes(group + 4), Other);
        }
    }

    private static void UnpackPairs(ZmmCode code, int codes)
    {
        code.Broadcast(Other, Block(ByteDotBlock.PairMaskAt));
        for (int group = 0; group < 8; group++)
        {
            if (group % 4 == 0) code.Load(Weight, new(Gpr.R10, codes + 16 * group));
            Move(code, Codes(group), Weight, 2 * (group % 4), 0);
            code.And(Codes(group), group % 4 == 0 ? Weight : Codes(group), Other);
        }
    }

    /// <summary>Of six bits the upper two, of five and three the uppermost: where the rest lies, <see cref="Codes6"/>, <see cref="Codes5"/> and <see cref="Codes3"/> say.</summary>
    private static void AddUpperBits(ZmmCode code, ByteDotShape shape, int codes)
    {
        int lower = shape.Bits == 3 ? 2 : 4, each = shape.Bits - lower, groups = 8 / each;
        code.Broadcast(Other, Block(ByteDotBlock.UpperMaskAt));
        for (int group = 0; group < 8; group++)
        {
            if (group % groups == 0) code.Load(Weight, new(Gpr.R10, codes + 64 * lower + 64 * (group / groups)));
            int from = each * (group % groups);
            Move(code, LowDot, Weight, from, lower);
            code.And(LowDot, from == lower ? Weight : LowDot, Other);
            code.AddInts(Codes(group), Codes(group), LowDot);
        }
    }

    /// <summary>Bits of every byte to another place, with others beside them; nothing where they stand there already.</summary>
    private static void Move(ZmmCode code, Zmm to, Zmm bits, int from, int place)
    {
        if (from < place) code.ShiftShortsLeft(to, bits, place - from);
        if (from > place) code.ShiftShortsRight(to, bits, from - place);
    }
}
