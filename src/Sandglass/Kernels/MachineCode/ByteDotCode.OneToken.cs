using System.Runtime.CompilerServices;

namespace Sandglass.Kernels.MachineCode;

// One token, one plane: codes are multiplied as they come, headers are read here too, and the sum stays in its register over all columns of a panel. The fewer
// instructions stand between two loads, the more of the memory's answers the processor can wait for at once.
// z0 the sum; z1, z2 dots; z3 to z5 come and go; z16, z17 codes, z18 pairs of bits; z24 to z27 factors; z28, z29 the super-block's; z30 zeros, z31 the mask of nibbles.
internal static partial class ByteDotCode
{
    private const int SixBitCodes = 384, PairsAt = 256;     // Codes6: nibbles, then the upper two bits
    private static readonly Zmm OneSum = new(0), LowDot = new(1), HighDot = new(2), Weight = new(3), Upper = new(4), Product = new(5);
    private static readonly Zmm LowCodes = new(16), HighCodes = new(17), Pairs = new(18);
    private static readonly Zmm LowScale = new(24), HighScale = new(25), Minimum = new(26), ZeroWeight = new(27), SuperScale = new(28), SuperMinimum = new(29), Nothing = new(30), Nibbles = new(31);

    private static ZmmCode WriteOneToken(ByteDotShape shape, bool argumentInRdi)
    {
        ZmmCode code = Begin(argumentInRdi);
        code.Broadcast(Nibbles, Block(ByteDotBlock.NibbleMaskAt));
        code.Zero(Nothing);
        code.Load(OneSum, new(Gpr.R8));

        int header = code.Here;
        bool super = shape.Columns == 256;
        if (super) code.LoadHalves(SuperScale, new(Gpr.R10));
        if (super && shape.HasMinimum) code.LoadHalves(SuperMinimum, new(Gpr.R10, HalvesBytes));
        int codeBytes = shape.SixBits ? SixBitCodes : shape.Nibbles ? 256 : 512, parts = shape.Columns / 32, headerBytes = HeaderBytes(shape);
        for (int part = 0; part < parts; part++)
        {
            ReadFactors(code, shape, part);
            AddPart(code, shape, headerBytes + part * codeBytes, part * Unsafe.SizeOf<ActivationBlock>(), part);
        }
        code.Add(Gpr.R10, headerBytes + parts * codeBytes);
        code.Add(Gpr.Rdx, parts * Unsafe.SizeOf<ActivationBlock>());
        code.CountDown(Gpr.R9, header);
        code.Store(new(Gpr.R8), OneSum);
        code.Return();
        return code;
    }

    // FormatQ4_0, Q8_0: F16 scale [16]; Q4_1: and F16 minimum [16]; Q4_K: both, then factors [2][8][16]; Q6_K: F16 scale [16], factors [16][16].
    private static int HeaderBytes(ByteDotShape shape) => shape switch
    {
        { SixBits: true } => FormatQ6_K.HeaderBytes,
        { Columns: 256 } => FormatQ4_K.HeaderBytes,
        { HasMinimum: true } => 2 * HalvesBytes,
        _ => HalvesBytes,
    };

    private static void ReadFactors(ZmmCode code, ByteDotShape shape, int part)
    {
        if (shape.Columns == 32)
        {
            code.LoadHalves(LowScale, new(Gpr.R10));
            if (shape.HasMinimum) code.LoadHalves(Minimum, new(Gpr.R10, HalvesBytes));
            else code.MultiplyByEach(ZeroWeight, LowScale, Block(ByteDotBlock.NegatedOffsetAt));
        }
        else if (shape.SixBits)
        {
            code.LoadWideSBytes(LowScale, new(Gpr.R10, HalvesBytes + 32 * part));
            code.LoadWideSBytes(HighScale, new(Gpr.R10, HalvesBytes + 32 * part + 16));
            code.ToFloat(LowScale, LowScale);
            code.ToFloat(HighScale, HighScale);
            code.Multiply(LowScale, LowScale, SuperScale);
            code.Multiply(HighScale, HighScale, SuperScale);
        }
        else
        {
            code.LoadWideBytes(LowScale, new(Gpr.R10, 2 * HalvesBytes + 16 * part));
            code.LoadWideBytes(Minimum, new(Gpr.R10, 2 * HalvesBytes + 16 * (part + 8)));
            code.ToFloat(LowScale, LowScale);
            code.ToFloat(Minimum, Minimum);
            code.Multiply(LowScale, LowScale, SuperScale);
            code.Multiply(Minimum, Minimum, SuperMinimum);
            code.Subtract(Minimum, Nothing, Minimum);
        }
    }

    /// <summary>32 columns.</summary>
    private static void AddPart(ZmmCode code, ByteDotShape shape, int codes, int token, int part)
    {
        bool two = shape.SubBlocks == 2;
        code.Zero(HighDot);
        if (shape.Offset > 0 && !two)
        {
            code.Broadcast(LowDot, Token(token + Bias));
            if (shape.Offset > 8) code.ShiftLeft(LowDot, LowDot, int.Log2(shape.Offset / 8));
        }
        else
        {
            code.Zero(LowDot);
        }
        for (int group = 0; group < 4; group++)
            AddGroups(code, shape, codes, token, group);
        if (!two) code.AddInts(LowDot, LowDot, HighDot);

        AddScaled(code, shape, LowDot, LowScale, token, upper: false);
        if (two) AddScaled(code, shape, HighDot, HighScale, token, upper: true);
        if (shape.HasMinimum)
        {
            code.MultiplyByEach(Product, Minimum, Token(token + Scale));
            code.AddProductOfEach(OneSum, Product, Token(token + Sum));
        }
        AddKeptApart(code, shape, codes, token, part);
    }

    /// <summary>Groups g and g + 4: with nibbles they share their bytes.</summary>
    private static void AddGroups(ZmmCode code, ByteDotShape shape, int codes, int token, int group)
    {
        code.Load(LowCodes, new(Gpr.R10, codes + 64 * group));
        if (shape.Nibbles || shape.SixBits)
        {
            code.ShiftShortsRight(HighCodes, LowCodes, 4);
            code.And(HighCodes, HighCodes, Nibbles);
            code.And(LowCodes, LowCodes, Nibbles);
        }
        else
        {
            code.Load(HighCodes, new(Gpr.R10, codes + 64 * (group + 4)));
        }
        if (shape.SixBits)
        {
            AddPairs(code, LowCodes, codes + PairsAt, group);
            AddPairs(code, HighCodes, codes + PairsAt + 64, group);
        }
        code.DotBytesOfEach(LowDot, LowCodes, Token(token + 4 * group));
        code.DotBytesOfEach(HighDot, HighCodes, Token(token + 4 * (group + 4)));
    }

    /// <summary>The upper two bits of six: bits 2 * group and up, where they belong.</summary>
    private static void AddPairs(ZmmCode code, Zmm to, int pairs, int group)
    {
        code.Load(Pairs, new(Gpr.R10, pairs));
        if (group < 2) code.ShiftShortsLeft(Pairs, Pairs, 4 - 2 * group);
        if (group > 2) code.ShiftShortsRight(Pairs, Pairs, 2);
        code.And(Pairs, Pairs, Block(ByteDotBlock.PairMaskAt));
        code.AddInts(to, to, Pairs);
    }

    /// <summary>sum = fma((float)dot, scaleW * scaleA, sum)</summary>
    private static void AddScaled(ZmmCode code, ByteDotShape shape, Zmm dot, Zmm scale, int token, bool upper)
    {
        code.ToFloat(dot, dot);
        if (shape.SubBlocks == 2)
        {
            code.Broadcast(Product, Token(token + (upper ? Sum : LowSum)));
            if (upper) code.Subtract(Product, Product, Token(token + LowSum));
            code.AddProductOfEach(dot, Product, Block(ByteDotBlock.NegatedOffsetAt));
        }
        code.MultiplyByEach(Product, scale, Token(token + Scale));
        code.AddProduct(OneSum, dot, Product);
    }

    /// <summary>sum = fma(fma(scale, code, zero), x, sum) of the element kept apart.</summary>
    private static void AddKeptApart(ZmmCode code, ByteDotShape shape, int codes, int token, int part)
    {
        bool bytes = !shape.Nibbles && !shape.SixBits;
        code.LoadRax(Token(token + Column));
        code.AndRax(bytes ? 28 : 12);   // the column's group ...
        code.ShiftRaxLeft(4);           // ... times 64 bytes
        code.Load(Weight, new(Gpr.R10, codes, PlusRax: true));
        code.ShiftRight(Weight, Weight, Token(token + At(bytes ? nameof(ActivationBlock.ByteShift) : nameof(ActivationBlock.NibbleShift))));
        code.And(Weight, Weight, Block(ByteDotBlock.CodeMaskAt));
        if (shape.SixBits) AddUpperBits(code, codes, token);
        code.ToFloat(Weight, Weight);
        if (shape.SubBlocks == 2)
        {
            code.LoadRax(Token(token + Column));
            code.AndRax(16);            // as it happens the bytes from one sub-block's factors to the next's
            code.LoadWideSBytes(LowScale, new(Gpr.R10, HalvesBytes + 32 * part, PlusRax: true));
            code.ToFloat(LowScale, LowScale);
            code.Multiply(LowScale, LowScale, SuperScale);
            code.MultiplyByEach(ZeroWeight, LowScale, Block(ByteDotBlock.NegatedOffsetAt));
        }
        code.MultiplyThenAdd(Weight, LowScale, shape.HasMinimum ? Minimum : ZeroWeight);
        code.AddProductOfEach(OneSum, Weight, Token(token + Largest));
    }

    private static void AddUpperBits(ZmmCode code, int codes, int token)
    {
        code.LoadRax(Token(token + Column));
        code.AndRax(16);
        code.ShiftRaxLeft(2);           // the upper sixteen columns' pairs stand 64 bytes further
        code.Load(Upper, new(Gpr.R10, codes + PairsAt, PlusRax: true));
        code.ShiftRight(Upper, Upper, Token(token + At(nameof(ActivationBlock.ByteShift))));
        code.LoadRax(Token(token + Column));
        code.AndRax(12);                // four bytes a group: which shift of the table
        code.ShiftRight(Upper, Upper, new(Gpr.Rcx, ByteDotBlock.PairShiftsAt, PlusRax: true));
        code.ShiftLeft(Upper, Upper, 4);
        code.And(Upper, Upper, Block(ByteDotBlock.PairMaskOfIntAt));
        code.AddInts(Weight, Weight, Upper);
    }
}
