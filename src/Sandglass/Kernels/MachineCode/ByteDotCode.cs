using System.Runtime.CompilerServices;

namespace Sandglass.Kernels.MachineCode;

/// <summary>What distinguishes one kernel of machine code from the next.</summary>
/// <param name="Bits">Bits of a code as stored, <see cref="ICodes.Bits"/>; for a tile 4 or, unpacked, 8.</param>
/// <param name="SubBlocks">Sub-blocks of the 32 columns, each with its own scales: 1 or 2.</param>
/// <param name="HasMinimum">Whether minima are added.</param>
/// <param name="Offset">Difference between codes and values: 0 or a power of two, at least 8 with one sub-block.</param>
/// <param name="TwoPlanes">Whether activations are of 16 bits, in two planes (<see cref="FineBlock"/>).</param>
/// <param name="WeightsKept">For a tile with one plane: whether all 32 columns are dequantised before its tokens are multiplied, or one column per
/// token.</param>
/// <param name="Tokens">Number of tokens, with all columns of one panel; 0 for a tile of any number, with 32 columns of two panels.</param>
/// <param name="Columns">For few tokens: columns that share a header, 32 or 256.</param>
internal readonly record struct ByteDotShape(
    int Bits, int SubBlocks, bool HasMinimum, int Offset, bool TwoPlanes = false, bool WeightsKept = false, int Tokens = 0, int Columns = 32)
{
    public bool Nibbles => Bits == 4;
}

/// <summary>The listing of the kernel: 32 columns of two panels, in registers, times the tokens of a tile, one after another.</summary>
/// <remarks>
/// .NET 10 lacks the byte dot product of AVX-512 VNNI on vectors of 512 bits, hence this. The arithmetic, and so the bits, are those of
/// <see cref="VectorQuantizedPanels{TFormat,TCodes,L,F,I,B}"/>, operation for operation. Registers: z16-z23 the first panel's codes, z24-z31 the second's;
/// z0-z5 temporary. None of them is callee-saved on any system. rcx the block, rdx activations, r8 sums, r9 tokens left, r10 and r11 the panels' codes.
/// </remarks>
internal static partial class ByteDotCode
{
    private const int SecondSums = Panels.Rows * sizeof(float);
    private static readonly Zmm FirstSum = new(0), SecondSum = new(1), FirstDot = new(2), SecondDot = new(3), Each = new(4), Factor = new(5);
    private static readonly int Scale = At(nameof(ActivationBlock.Scale)), Largest = At(nameof(ActivationBlock.Largest));
    private static readonly int Column = At(nameof(ActivationBlock.LargestColumn));
    private static readonly int Bias = At(nameof(ActivationBlock.Bias)), Sum = At(nameof(ActivationBlock.Sum)), LowSum = At(nameof(ActivationBlock.LowSum));

    public static ZmmCode Write(ByteDotShape shape, bool argumentInRdi)
    {
        if (shape.Tokens > 0) return shape.TwoPlanes ? WriteOneTokenFine(shape, argumentInRdi) : WriteFewTokens(shape, argumentInRdi);

        ZmmCode code = Begin(argumentInRdi);
        code.Load(Gpr.R11, Block(ByteDotBlock.SecondCodesAt));
        LoadCodes(code, shape, Gpr.R10, 16);
        LoadCodes(code, shape, Gpr.R11, 24);
        if (shape.WeightsKept) KeepWeights(code, shape);

        int token = code.Here;
        if (shape.TwoPlanes) AddTwoPlanes(code, shape);
        else AddOnePlane(code, shape);
        code.Add(Gpr.Rdx, shape.TwoPlanes ? Unsafe.SizeOf<FineBlock>() : Unsafe.SizeOf<ActivationBlock>());
        code.Add(Gpr.R8, 2 * SecondSums);
        code.CountDown(Gpr.R9, token);
        code.Return();
        return code;
    }

    /// <summary>Loads the arguments of every kernel into their registers.</summary>
    private static ZmmCode Begin(bool argumentInRdi)
    {
        ZmmCode code = new();
        if (argumentInRdi) code.RcxFromRdi();
        code.Load(Gpr.R10, Block(ByteDotBlock.FirstCodesAt));
        code.Load(Gpr.Rdx, Block(ByteDotBlock.ActivationsAt));
        code.Load(Gpr.R8, Block(ByteDotBlock.SumsAt));
        code.Load(Gpr.R9, Block(ByteDotBlock.TokensAt));
        return code;
    }

    private static void AddOnePlane(ZmmCode code, ByteDotShape shape)
    {
        for (int sub = 0; sub < shape.SubBlocks; sub++)
            AddDots(code, shape, sub);
        if (shape.HasMinimum) AddMinima(code, shape);
        if (shape.WeightsKept) AddLargest(code);
        else AddLargest(code, shape);
        code.Store(new(Gpr.R8), FirstSum);
        code.Store(new(Gpr.R8, SecondSums), SecondSum);
    }

    private static void LoadCodes(ZmmCode code, ByteDotShape shape, Gpr codes, int first)
    {
        for (int group = 0; group < (shape.Nibbles ? 4 : 8); group++)
        {
            Zmm low = new(first + group), high = new(first + group + 4);
            code.Load(low, new(codes, 64 * group));
            if (!shape.Nibbles) continue;
            code.ShiftShortsRight(high, low, 4);
            code.And(high, high, Block(ByteDotBlock.NibbleMaskAt));
            code.And(low, low, Block(ByteDotBlock.NibbleMaskAt));
        }
    }

    /// <summary>sum = fma((float)dot, scaleW * scaleA, sum) of a sub-block.</summary>
    private static void AddDots(ZmmCode code, ByteDotShape shape, int sub)
    {
        BeginDots(code, shape, sub);
        bool split = shape.SubBlocks == 1;  // two short chains instead of one long one: the sums' registers are still free
        if (split)
        {
            code.Zero(FirstSum);
            code.Zero(SecondSum);
        }
        int groups = 8 / shape.SubBlocks;
        for (int group = sub * groups; group < (sub + 1) * groups; group++)
        {
            Zmm columns = group % 2 == 0 ? Each : Factor;
            code.Broadcast(columns, Token(4 * group));
            code.DotBytes(split && group >= 4 ? FirstSum : FirstDot, new(16 + group), columns);
            code.DotBytes(split && group >= 4 ? SecondSum : SecondDot, new(24 + group), columns);
        }
        if (split)
        {
            code.AddInts(FirstDot, FirstDot, FirstSum);
            code.AddInts(SecondDot, SecondDot, SecondSum);
        }
        if (sub == 0)
        {
            code.Load(FirstSum, new(Gpr.R8));
            code.Load(SecondSum, new(Gpr.R8, SecondSums));
        }
        code.ToFloat(FirstDot, FirstDot);
        code.ToFloat(SecondDot, SecondDot);
        code.Broadcast(Each, Token(Scale));
        code.Multiply(Factor, Each, Factors(0, ByteDotBlock.ScalesAt, sub));
        code.AddProduct(FirstSum, FirstDot, Factor);
        code.Multiply(Factor, Each, Factors(1, ByteDotBlock.ScalesAt, sub));
        code.AddProduct(SecondSum, SecondDot, Factor);
    }

    /// <summary>A dot product starts at -offset * the sum of its codes, so nothing is subtracted later.</summary>
    private static void BeginDots(ZmmCode code, ByteDotShape shape, int sub)
    {
        if (shape.Offset == 0)
        {
            code.Zero(FirstDot);
        }
        else if (shape.SubBlocks == 1)
        {
            code.Broadcast(FirstDot, Token(Bias));
            if (shape.Offset > 8) code.Shift(FirstDot, FirstDot, int.Log2(shape.Offset / 8));
        }
        else
        {
            if (sub == 0) code.Zero(FirstDot);
            else code.ToInt(FirstDot, Token(Sum));
            code.ToInt(Each, Token(LowSum));
            if (sub == 0) code.SubtractInts(FirstDot, FirstDot, Each);
            else code.SubtractInts(FirstDot, Each, FirstDot);
            code.Shift(FirstDot, FirstDot, int.Log2(shape.Offset));
        }
        code.Copy(SecondDot, FirstDot);
    }

    /// <summary>sum = fma(sumA, minW * scaleA, sum) of each sub-block.</summary>
    private static void AddMinima(ZmmCode code, ByteDotShape shape)
    {
        for (int sub = 0; sub < shape.SubBlocks; sub++)
        {
            LoadSum(code, shape, sub);
            code.Broadcast(FirstDot, Token(Scale));
            code.Multiply(Factor, FirstDot, Factors(0, ByteDotBlock.MinimaAt, sub));
            code.AddProduct(FirstSum, Each, Factor);
            code.Multiply(Factor, FirstDot, Factors(1, ByteDotBlock.MinimaAt, sub));
            code.AddProduct(SecondSum, Each, Factor);
        }
    }

    /// <summary>The sum of a sub-block's activation codes, in all lanes.</summary>
    private static void LoadSum(ZmmCode code, ByteDotShape shape, int sub)
    {
        code.Broadcast(Each, Token(shape.SubBlocks == 2 && sub == 0 ? LowSum : Sum));
        if (sub == 1) code.Subtract(Each, Each, Token(LowSum));
    }

    private static Memory Block(int displacement) => new(Gpr.Rcx, displacement);

    private static Memory Token(int displacement) => new(Gpr.Rdx, displacement);

    private static Memory Factors(int panel, int kind, int sub) => new(Gpr.Rcx, kind + panel * ByteDotBlock.PanelBytes + sub * ByteDotBlock.SubBlockBytes);

    /// <summary>Offset of a field, from addresses, since a native program keeps no field names.</summary>
    private static unsafe int At(string field)
    {
        ActivationBlock one;
        ActivationBlock* block = &one;
        return (int)((nint)(field switch
        {
            nameof(ActivationBlock.Scale) => (void*)&block->Scale,
            nameof(ActivationBlock.Largest) => &block->Largest,
            nameof(ActivationBlock.LargestColumn) => &block->LargestColumn,
            nameof(ActivationBlock.ByteShift) => &block->ByteShift,
            nameof(ActivationBlock.NibbleShift) => &block->NibbleShift,
            nameof(ActivationBlock.LowSum) => &block->LowSum,
            nameof(ActivationBlock.Sum) => &block->Sum,
            nameof(ActivationBlock.Bias) => &block->Bias,
            _ => throw new ArgumentOutOfRangeException(nameof(field), field, null),
        }) - (nint)block);
    }
}
