using System.Runtime.CompilerServices;

namespace Sandglass.Kernels.MachineCode;

// One to eight tokens, one plane, all columns of one panel: headers are read here, too, and the sums stay in registers from the first column to the last.
// z0 to z3 are temporary; z4, z5 hold the factors, z16 to z23 codes, z24 and up the sums, one per token. r8 is temporary, r11 points to unpacked codes.
internal static partial class ByteDotCode
{
    /// <summary>Most tokens whose sums fit registers.</summary>
    public const int MostFewTokens = 8;

    // With several tokens there is too much work between two loads for the hardware prefetcher: prefetching is 1.3 times as fast from memory, with eight.
    // With one or two the hardware does better by itself, as long as a panel's lines are read in order (KeepSuperFactors).
    private const int FetchAhead = 2048, MostWithoutFetch = 2;

    // z5 has two names: two sub-blocks need HighScale, a single one needs Zeros.
    private static readonly Zmm LowDot = new(0), HighDot = new(1), Weight = new(2), Other = new(3), LowScale = new(4), HighScale = new(5), Zeros = new(5);

    private static Zmm Codes(int group) => new(16 + group);

    private static Zmm TokenSum(int token) => new(24 + token);

    private static ZmmCode WriteFewTokens(ByteDotShape shape, bool argumentInRdi)
    {
        ZmmCode code = Begin(argumentInRdi);
        for (int token = 0; token < shape.Tokens; token++)
        {
            code.Load(TokenSum(token), new(Gpr.R8));
            code.Add(Gpr.R8, Block(ByteDotBlock.SumStrideAt));
        }

        if (LieInPart(shape)) code.LoadAddress(Gpr.R11, Block(ByteDotBlock.CodesAt));

        int header = code.Here;
        if (shape.Columns == 256) KeepSuperFactors(code, shape);
        int codeBytes = 64 * shape.Bits, parts = shape.Columns / 32, headerBytes = PanelHeader.Bytes(shape);
        for (int part = 0; part < parts; part++)
        {
            int codes = headerBytes + part * codeBytes;
            for (int line = part == 0 ? 0 : codes; shape.Tokens > MostWithoutFetch && line < codes + codeBytes; line += 64)
                code.Prefetch(new(Gpr.R10, FetchAhead + line));
            if (!AreDottedAsTheyCome(shape)) UnpackCodes(code, shape, codes);
            ReadFactors(code, shape, part);
            for (int token = 0; token < shape.Tokens; token++)
                AddToken(code, shape, codes, TokenSum(token), token * Unsafe.SizeOf<ActivationBlock>());
            code.Add(Gpr.Rdx, Block(ByteDotBlock.ActivationStrideAt));
        }
        code.Add(Gpr.R10, headerBytes + parts * codeBytes);
        code.CountDown(Gpr.R9, header);

        code.Load(Gpr.R8, Block(ByteDotBlock.SumsAt));
        for (int token = 0; token < shape.Tokens; token++)
        {
            code.Store(new(Gpr.R8), TokenSum(token));
            code.Add(Gpr.R8, Block(ByteDotBlock.SumStrideAt));
        }
        code.Return();
        return code;
    }

    /// <summary>32 columns of one token.</summary>
    private static void AddToken(ZmmCode code, ByteDotShape shape, int codes, Zmm sum, int token)
    {
        bool two = shape.SubBlocks == 2;
        code.Zero(LowDot);
        code.Zero(HighDot);
        if (two && shape.Offset > 0)    // the dot products start at -offset * the sum of their codes
        {
            int shift = int.Log2(shape.Offset);
            code.ToInt(Other, Token(token + LowSum));
            code.ToInt(HighDot, Token(token + Sum));
            code.Shift(Other, Other, shift);
            code.Shift(HighDot, HighDot, shift);
            code.SubtractInts(LowDot, LowDot, Other);
            code.SubtractInts(HighDot, Other, HighDot);
        }
        else if (shape.Offset > 0)
        {
            code.Broadcast(LowDot, Token(token + Bias));
            if (shape.Offset > 8) code.Shift(LowDot, LowDot, int.Log2(shape.Offset / 8));
        }
        if (AreDottedAsTheyCome(shape)) DotAsTheyCome(code, shape, codes);
        else DotUnpacked(code, shape, token);

        AddScaled(code, LowDot, LowScale, sum, token);
        if (two) AddScaled(code, HighDot, HighScale, sum, token);
        if (shape.HasMinimum) AddMinimum(code, two, sum, token);
        AddKeptApart(code, shape, codes, sum, token);
    }

    /// <summary>A dot product per sub-block, or all in the lower register.</summary>
    private static void DotUnpacked(ZmmCode code, ByteDotShape shape, int token)
    {
        for (int group = 0; group < 4; group++)
        {
            code.DotBytesOfEach(LowDot, Codes(group), Token(token + 4 * group));
            code.DotBytesOfEach(HighDot, Codes(group + 4), Token(token + 4 * (group + 4)));
        }
        if (shape.SubBlocks == 1) code.AddInts(LowDot, LowDot, HighDot);
    }

    /// <summary>Whether codes need no unpacking: a single token, and codes stored as bytes or nibbles.</summary>
    private static bool AreDottedAsTheyCome(ByteDotShape shape) => shape is { Tokens: 1, SubBlocks: 1, Bits: 4 or 8 };

    /// <summary>Multiplies each chunk as it is loaded: bytes in one dot product, nibbles in two.</summary>
    /// <remarks>
    /// High nibbles are multiplied in place and their dot product is shifted: one shift instead of four. It is at most 487,680 and starts at 0, so the shift
    /// is exact.
    /// </remarks>
    private static void DotAsTheyCome(ZmmCode code, ByteDotShape shape, int codes)
    {
        Zmm bytes = Codes(0), high = Codes(1);
        if (shape.Nibbles) code.Broadcast(Other, Block(ByteDotBlock.NibbleMaskAt));
        int chunks = shape.Bits;
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            code.Load(bytes, new(Gpr.R10, codes + 64 * chunk));
            if (shape.Nibbles)
            {
                code.AndNot(high, Other, bytes);
                code.And(bytes, bytes, Other);
                code.DotBytesOfEach(HighDot, high, Token(4 * (chunk + 4)));
            }
            code.DotBytesOfEach(LowDot, bytes, Token(4 * chunk));
        }
        if (!shape.Nibbles) return;
        code.ShiftSignedRight(HighDot, HighDot, 4);
        code.AddInts(LowDot, LowDot, HighDot);
    }

    /// <summary>sum = fma((float)dot, scaleW * scaleA, sum)</summary>
    private static void AddScaled(ZmmCode code, Zmm dot, Zmm scale, Zmm sum, int token)
    {
        code.ToFloat(dot, dot);
        code.MultiplyByEach(Other, scale, Token(token + Scale));
        code.AddProduct(sum, dot, Other);
    }

    /// <summary>sum = fma(sumA, minW * scaleA, sum) of each sub-block.</summary>
    private static void AddMinimum(ZmmCode code, bool two, Zmm sum, int token)
    {
        if (!two)
        {
            code.MultiplyByEach(Other, Zeros, Token(token + Scale));
            code.AddProductOfEach(sum, Other, Token(token + Sum));
            return;
        }
        code.Broadcast(LowDot, Token(token + Scale));
        code.Multiply(Other, LowDot, Block(ByteDotBlock.ZerosAt));
        code.AddProductOfEach(sum, Other, Token(token + LowSum));
        code.Multiply(Other, LowDot, Block(ByteDotBlock.ZerosAt + ByteDotBlock.SubBlockBytes));
        code.Broadcast(HighDot, Token(token + Sum));
        code.Subtract(HighDot, HighDot, Token(token + LowSum));
        code.AddProduct(sum, HighDot, Other);
    }

    /// <summary>sum = fma(fma(scale, code, zero), x, sum) of the element kept apart.</summary>
    private static void AddKeptApart(ZmmCode code, ByteDotShape shape, int codes, Zmm sum, int token)
    {
        code.LoadRax(Token(token + Column));
        code.AndRax(shape.Nibbles ? 12 : 28);   // the column's group ...
        code.ShiftRaxLeft(4);                   // ... times 64 bytes
        LoadGroup(code, shape, codes);
        code.ShiftRight(Weight, Weight, Token(token + At(shape.Nibbles ? nameof(ActivationBlock.NibbleShift) : nameof(ActivationBlock.ByteShift))));
        code.And(Weight, Weight, Block(ByteDotBlock.CodeMaskAt));
        code.ToFloat(Weight, Weight);
        if (shape.SubBlocks == 2)
        {
            code.LoadRax(Token(token + Column));
            code.AndRax(16);
        }
        if (ScalesSuffice(shape))
        {
            code.Copy(Other, HighScale);
            code.KeepUnder(Other, LowScale, Block(ByteDotBlock.UpperSubBlockAt) with { PlusRax = true });
            code.MultiplyByEach(LowDot, Other, Block(ByteDotBlock.NegatedOffsetAt));
            code.MultiplyThenAdd(Weight, Other, LowDot);
        }
        else if (shape.SubBlocks == 2)
        {
            code.ShiftRaxLeft(2);               // the upper sub-block's factors are 64 bytes further
            code.Load(Other, Block(ByteDotBlock.ZerosAt) with { PlusRax = true });
            code.MultiplyThenAdd(Weight, Block(ByteDotBlock.ScalesAt) with { PlusRax = true }, Other);
        }
        else
        {
            code.MultiplyThenAdd(Weight, LowScale, Zeros);
        }
        code.AddProductOfEach(sum, Weight, Token(token + Largest));
    }

    /// <summary>The codes of the group at offset rax: in the panel, or unpacked.</summary>
    private static void LoadGroup(ZmmCode code, ByteDotShape shape, int codes)
    {
        switch (GroupsThatLie(shape))
        {
            case 0:
                code.Load(Weight, Block(ByteDotBlock.CodesAt) with { PlusRax = true });
                break;
            case 8:
                code.Load(Weight, new(Gpr.R10, codes, PlusRax: true));
                break;
            case int lie:
                code.LoadAddress(Gpr.R8, new(Gpr.R10, codes));
                code.CompareRax(64 * lie);
                code.MoveIfNotBelow(Gpr.R8, Gpr.R11);
                code.Load(Weight, new(Gpr.R8, 0, PlusRax: true));
                break;
        }
    }
}
