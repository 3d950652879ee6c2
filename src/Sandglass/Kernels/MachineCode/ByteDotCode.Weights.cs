namespace Sandglass.Kernels.MachineCode;

// How kernels for few tokens read a panel: the header's factors go to z4, z5 and, where two sub-blocks' are needed by several tokens or with minima, to memory;
// codes go to z16 to z23, a byte each.
internal static partial class ByteDotCode
{
    /// <summary>Stores the super-block's scale and minimum for its eight parts.</summary>
    /// <remarks>
    /// Where the hardware prefetches, the whole header is copied out of the panel at once. The 37 lines of a Q4_K super-block are then read in order; factors
    /// fetched on demand would return to the header's five lines until the last part, and memory delivers 22 instead of 28 GB/s (Zen 4). A header of four and
    /// a half lines takes the following half, codes, with it.
    /// </remarks>
    private static void KeepSuperFactors(ZmmCode code, ByteDotShape shape)
    {
        for (int line = 0; HeaderIsCopied(shape) && line < PanelHeader.Bytes(shape); line += 64)
        {
            code.Load(Other, new(Gpr.R10, line));
            code.Store(Block(ByteDotBlock.HeaderAt + line), Other);
        }
        code.LoadHalves(Other, Header(shape));
        code.Store(Block(ByteDotBlock.SuperScaleAt), Other);
        if (!shape.HasMinimum) return;
        code.LoadHalves(Other, Header(shape, PanelHeader.HalvesBytes));
        code.Store(Block(ByteDotBlock.SuperMinimumAt), Other);
    }

    /// <summary>
    /// Scales, and minima or the weight of code 0. Those of two sub-blocks are stored in memory, too, where the element kept apart selects its own; a single
    /// token without minima selects from registers.
    /// </summary>
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
                LoadFactors(code, shape, LowScale, Zeros, part);
                ScaleSuper(code, LowScale);
                MinimumOfSuper(code, Zeros);
                break;
            case var _ when ScalesSuffice(shape):
                LoadFactors(code, shape, LowScale, Weight, 2 * part);
                ScaleSuper(code, LowScale);
                LoadFactors(code, shape, HighScale, Weight, 2 * part + 1);
                ScaleSuper(code, HighScale);
                break;
            default:
                KeepFactors(code, shape, LowScale, part, 0);
                KeepFactors(code, shape, HighScale, part, 1);
                break;
        }
    }

    /// <summary>A sub-block's scales, and its minima or the weight of code 0.</summary>
    private static void KeepFactors(ZmmCode code, ByteDotShape shape, Zmm scale, int part, int sub)
    {
        LoadFactors(code, shape, scale, Weight, 2 * part + sub);
        ScaleSuper(code, scale);
        if (shape.HasMinimum) MinimumOfSuper(code, Weight);
        else code.MultiplyByEach(Weight, scale, Block(ByteDotBlock.NegatedOffsetAt));
        code.Store(Block(ByteDotBlock.ScalesAt + sub * ByteDotBlock.SubBlockBytes), scale);
        code.Store(Block(ByteDotBlock.ZerosAt + sub * ByteDotBlock.SubBlockBytes), Weight);
    }

    /// <summary>Whether two sub-blocks' factors stay in registers only: without minima a single token needs nothing but their scales.</summary>
    private static bool ScalesSuffice(ByteDotShape shape) => shape is { Tokens: 1, SubBlocks: 2, HasMinimum: false };

    private static void LoadFactors(ZmmCode code, ByteDotShape shape, Zmm scale, Zmm minimum, int subBlock) =>
        PanelHeader.LoadFactors(code, shape, Header(shape), scale, minimum, subBlock, Block(ByteDotBlock.NibbleMaskAt));

    private static bool HeaderIsCopied(ByteDotShape shape) => shape is { Tokens: <= MostWithoutFetch, Columns: 256 };

    /// <summary>The header of 256 columns.</summary>
    private static Memory Header(ByteDotShape shape, int at = 0) => HeaderIsCopied(shape) ? Block(ByteDotBlock.HeaderAt + at) : new(Gpr.R10, at);

    private static void ScaleSuper(ZmmCode code, Zmm factor)
    {
        code.ToFloat(factor, factor);
        code.Multiply(factor, factor, Block(ByteDotBlock.SuperScaleAt));
    }

    private static void MinimumOfSuper(ZmmCode code, Zmm factor)
    {
        code.ToFloat(factor, factor);
        code.Zero(Other);
        code.NegateMultiplyThenAdd(factor, Block(ByteDotBlock.SuperMinimumAt), Other);
    }

    /// <summary>One byte per code, in registers; also in memory, for the element kept apart, where they cannot be read from the panel.</summary>
    private static void UnpackCodes(ZmmCode code, ByteDotShape shape, int codes)
    {
        if (shape.Bits is 2 or 3) UnpackPairs(code, codes);
        else if (shape.Bits == 8) LoadBytes(code, codes);
        else if (shape.Bits == 6) UnpackSixes(code, codes);
        else UnpackNibbles(code, codes);
        if (shape.Bits is 3 or 5) AddUpperBits(code, shape, codes);
        for (int group = GroupsThatLie(shape); group < 8; group++)
            code.Store(Block(ByteDotBlock.CodesAt + 64 * group), Codes(group));
    }

    /// <summary>How many groups' codes, from the first on, can be read from the panel directly.</summary>
    private static int GroupsThatLie(ByteDotShape shape) => shape.Bits switch { 4 or 8 => 8, 6 => Codes6.WholeGroups, _ => 0 };

    private static bool LieInPart(ByteDotShape shape) => GroupsThatLie(shape) is > 0 and < 8;

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

    private static void UnpackSixes(ZmmCode code, int codes)
    {
        code.Broadcast(Other, Block(ByteDotBlock.SixMaskAt));
        for (int group = 0; group < 8; group++)
        {
            if (group < Codes6.WholeGroups) code.Load(Codes(group), new(Gpr.R10, codes + 64 * group));
            else SpreadGroup.Assemble(code, Codes(group), Weight, new(Gpr.R10, codes), group, Block(ByteDotBlock.PairMaskAt), Block(ByteDotBlock.NibbleMaskAt));
            code.And(Codes(group), Codes(group), Other);
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

    /// <summary>The highest bit of five-bit and three-bit codes; the layout of the rest is in <see cref="Codes5"/> and <see cref="Codes3"/>.</summary>
    private static void AddUpperBits(ZmmCode code, ByteDotShape shape, int codes)
    {
        int lower = shape.Bits - 1;
        code.Broadcast(Other, Block(ByteDotBlock.UpperMaskAt));
        code.Load(Weight, new(Gpr.R10, codes + 64 * lower));
        for (int group = 0; group < 8; group++)
        {
            Move(code, LowDot, Weight, group, lower);
            code.And(LowDot, group == lower ? Weight : LowDot, Other);
            code.AddInts(Codes(group), Codes(group), LowDot);
        }
    }

    /// <summary>Moves bits of every byte to another place, along with neighbours; nothing if they are there already.</summary>
    private static void Move(ZmmCode code, Zmm to, Zmm bits, int from, int place)
    {
        if (from < place) code.ShiftShortsLeft(to, bits, place - from);
        if (from > place) code.ShiftShortsRight(to, bits, from - place);
    }
}
