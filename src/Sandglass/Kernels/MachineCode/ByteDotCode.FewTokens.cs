using System.Runtime.CompilerServices;

namespace Sandglass.Kernels.MachineCode;

// One to eight tokens, one plane, all columns of one panel: headers are read here too, and the sums stay in their registers from the first column to the last.
// z0 to z3 come and go; z4, z5 the factors; z16 to z23 codes; z24 and up the sums, one a token.
internal static partial class ByteDotCode
{
    /// <summary>Tokens whose sums find a register.</summary>
    public const int MostFewTokens = 8;

    // With several tokens there is too much work between two loads for the processor to look ahead by itself: 1.3 times as fast from memory, with eight.
    private const int FetchAhead = 2048;

    private const int SixBitCodes = 384, PairsAt = 256;     // Codes6: nibbles, then the upper two bits
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

        int header = code.Here;
        if (shape.Columns == 256) KeepSuperFactors(code, shape);
        int codeBytes = shape.SixBits ? SixBitCodes : shape.Nibbles ? 256 : 512, parts = shape.Columns / 32, headerBytes = HeaderBytes(shape);
        for (int part = 0; part < parts; part++)
        {
            int codes = headerBytes + part * codeBytes;
            for (int line = part == 0 ? 0 : codes; shape.Tokens > 1 && line < codes + codeBytes; line += 64)
                code.Prefetch(new(Gpr.R10, FetchAhead + line));
            UnpackCodes(code, shape, codes);
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

    // FormatQ4_0, Q8_0: F16 scale [16]; Q4_1: and F16 minimum [16]; Q4_K: both, then factors [2][8][16]; Q6_K: F16 scale [16], factors [16][16].
    private static int HeaderBytes(ByteDotShape shape) => shape switch
    {
        { SixBits: true } => FormatQ6_K.HeaderBytes,
        { Columns: 256 } => FormatQ4_K.HeaderBytes,
        { HasMinimum: true } => 2 * HalvesBytes,
        _ => HalvesBytes,
    };

    /// <summary>The super-block's scale and minimum go where its eight parts find them.</summary>
    private static void KeepSuperFactors(ZmmCode code, ByteDotShape shape)
    {
        code.LoadHalves(Other, new(Gpr.R10));
        code.Store(Block(ByteDotBlock.SuperScaleAt), Other);
        if (!shape.HasMinimum) return;
        code.LoadHalves(Other, new(Gpr.R10, HalvesBytes));
        code.Store(Block(ByteDotBlock.SuperMinimumAt), Other);
    }

    /// <summary>Scales, and minima or what a code of 0 is worth. Where there are two sub-blocks they go to memory too, for the element kept apart to choose from.</summary>
    private static void ReadFactors(ZmmCode code, ByteDotShape shape, int part)
    {
        if (shape.Columns == 32)
        {
            code.LoadHalves(LowScale, new(Gpr.R10));
            if (shape.HasMinimum) code.LoadHalves(Zeros, new(Gpr.R10, HalvesBytes));
            else code.MultiplyByEach(Zeros, LowScale, Block(ByteDotBlock.NegatedOffsetAt));
        }
        else if (shape.SixBits)
        {
            code.LoadWideSBytes(LowScale, new(Gpr.R10, HalvesBytes + 32 * part));
            code.LoadWideSBytes(HighScale, new(Gpr.R10, HalvesBytes + 32 * part + 16));
            KeepScale(code, LowScale, 0);
            KeepScale(code, HighScale, ByteDotBlock.SubBlockBytes);
        }
        else
        {
            code.LoadWideBytes(LowScale, new(Gpr.R10, 2 * HalvesBytes + 16 * part));
            code.LoadWideBytes(Zeros, new(Gpr.R10, 2 * HalvesBytes + 16 * (part + 8)));
            code.ToFloat(LowScale, LowScale);
            code.ToFloat(Zeros, Zeros);
            code.Multiply(LowScale, LowScale, Block(ByteDotBlock.SuperScaleAt));
            code.Multiply(Zeros, Zeros, Block(ByteDotBlock.SuperMinimumAt));
            code.Zero(Other);
            code.Subtract(Zeros, Other, Zeros);
        }
    }

    private static void KeepScale(ZmmCode code, Zmm scale, int at)
    {
        code.ToFloat(scale, scale);
        code.Multiply(scale, scale, Block(ByteDotBlock.SuperScaleAt));
        code.MultiplyByEach(Other, scale, Block(ByteDotBlock.NegatedOffsetAt));
        code.Store(Block(ByteDotBlock.ScalesAt + at), scale);
        code.Store(Block(ByteDotBlock.ZerosAt + at), Other);
    }

    /// <summary>A byte a code, in registers; six-bit codes in memory too, for the element kept apart.</summary>
    private static void UnpackCodes(ZmmCode code, ByteDotShape shape, int codes)
    {
        if (!shape.Nibbles && !shape.SixBits)
        {
            for (int group = 0; group < 8; group++)
                code.Load(Codes(group), new(Gpr.R10, codes + 64 * group));
            return;
        }
        code.Broadcast(Other, Block(ByteDotBlock.NibbleMaskAt));
        for (int group = 0; group < 4; group++)
        {
            code.Load(Codes(group), new(Gpr.R10, codes + 64 * group));
            code.ShiftShortsRight(Codes(group + 4), Codes(group), 4);
            code.And(Codes(group), Codes(group), Other);
            code.And(Codes(group + 4), Codes(group + 4), Other);
        }
        if (!shape.SixBits) return;
        code.Broadcast(Other, Block(ByteDotBlock.PairMaskAt));
        for (int group = 0; group < 8; group++)
        {
            if (group % 4 == 0) code.Load(Weight, new(Gpr.R10, codes + PairsAt + 16 * group));
            switch (group % 4)
            {
                case 0: code.ShiftShortsLeft(LowDot, Weight, 4); break;
                case 1: code.ShiftShortsLeft(LowDot, Weight, 2); break;
                case 3: code.ShiftShortsRight(LowDot, Weight, 2); break;
            }
            code.And(LowDot, group % 4 == 2 ? Weight : LowDot, Other);
            code.AddInts(Codes(group), Codes(group), LowDot);
            code.Store(Block(ByteDotBlock.CodesAt + 64 * group), Codes(group));
        }
    }

    /// <summary>32 columns of one token.</summary>
    private static void AddToken(ZmmCode code, ByteDotShape shape, int codes, Zmm sum, int token)
    {
        bool two = shape.SubBlocks == 2;
        if (two)
        {
            // -32 * the sum of a sub-block's codes: what the dots begin with
            code.ToInt(LowDot, Token(token + LowSum));
            code.ShiftLeft(LowDot, LowDot, int.Log2(shape.Offset));
            code.Broadcast(HighDot, Token(token + Bias));
            code.ShiftLeft(HighDot, HighDot, int.Log2(shape.Offset / 8));
            code.AddInts(HighDot, HighDot, LowDot);
            code.Zero(Other);
            code.SubtractInts(LowDot, Other, LowDot);
        }
        else
        {
            code.Zero(HighDot);
            if (shape.Offset > 0)
            {
                code.Broadcast(LowDot, Token(token + Bias));
                if (shape.Offset > 8) code.ShiftLeft(LowDot, LowDot, int.Log2(shape.Offset / 8));
            }
            else
            {
                code.Zero(LowDot);
            }
        }
        for (int group = 0; group < 4; group++)
        {
            code.DotBytesOfEach(LowDot, Codes(group), Token(token + 4 * group));
            code.DotBytesOfEach(HighDot, Codes(group + 4), Token(token + 4 * (group + 4)));
        }
        if (!two) code.AddInts(LowDot, LowDot, HighDot);

        AddScaled(code, LowDot, LowScale, sum, token);
        if (two) AddScaled(code, HighDot, HighScale, sum, token);
        if (shape.HasMinimum)
        {
            code.MultiplyByEach(Other, Zeros, Token(token + Scale));
            code.AddProductOfEach(sum, Other, Token(token + Sum));
        }
        AddKeptApart(code, shape, codes, sum, token);
    }

    /// <summary>sum = fma((float)dot, scaleW * scaleA, sum)</summary>
    private static void AddScaled(ZmmCode code, Zmm dot, Zmm scale, Zmm sum, int token)
    {
        code.ToFloat(dot, dot);
        code.MultiplyByEach(Other, scale, Token(token + Scale));
        code.AddProduct(sum, dot, Other);
    }

    /// <summary>sum = fma(fma(scale, code, zero), x, sum) of the element kept apart.</summary>
    private static void AddKeptApart(ZmmCode code, ByteDotShape shape, int codes, Zmm sum, int token)
    {
        code.LoadRax(Token(token + Column));
        code.AndRax(shape.Nibbles ? 12 : 28);   // the column's group ...
        code.ShiftRaxLeft(4);                   // ... times 64 bytes
        code.Load(Weight, shape.SixBits ? Block(ByteDotBlock.CodesAt) with { PlusRax = true } : new(Gpr.R10, codes, PlusRax: true));
        code.ShiftRight(Weight, Weight, Token(token + At(shape.Nibbles ? nameof(ActivationBlock.NibbleShift) : nameof(ActivationBlock.ByteShift))));
        code.And(Weight, Weight, Block(ByteDotBlock.CodeMaskAt));
        code.ToFloat(Weight, Weight);
        if (shape.SubBlocks == 2)
        {
            code.LoadRax(Token(token + Column));
            code.AndRax(16);
            code.ShiftRaxLeft(2);               // the upper sub-block's factors stand 64 bytes further
            code.Load(Other, Block(ByteDotBlock.ZerosAt) with { PlusRax = true });
            code.MultiplyThenAdd(Weight, Block(ByteDotBlock.ScalesAt) with { PlusRax = true }, Other);
        }
        else
        {
            code.MultiplyThenAdd(Weight, LowScale, Zeros);
        }
        code.AddProductOfEach(sum, Weight, Token(token + Largest));
    }
}
