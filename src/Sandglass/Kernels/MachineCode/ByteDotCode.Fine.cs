namespace Sandglass.Kernels.MachineCode;

// Two planes: both dot products of both panels at once, so that four chains run in parallel, in z0 to z3; the sums move to z2 and z3 once the products are
// combined.
internal static partial class ByteDotCode
{
    private static readonly Zmm FirstCoarse = new(0), SecondCoarse = new(1), FirstRest = new(2), SecondRest = new(3);
    private static readonly int FineScale = InFine(nameof(FineBlock.Scale)), Rest = InFine(nameof(FineBlock.Rest));

    private static void AddTwoPlanes(ZmmCode code, ByteDotShape shape)
    {
        for (int sub = 0; sub < shape.SubBlocks; sub++)
        {
            if (sub > 0) StoreSums(code);
            AddDotsOfPlanes(code, shape, sub);
        }
        for (int sub = 0; shape.HasMinimum && sub < shape.SubBlocks; sub++)
            AddMinimum(code, shape, sub);
        StoreSums(code);
    }

    /// <summary>sum = fma((float)(256 * coarse + rest), scaleW * scaleA, sum) of a sub-block.</summary>
    private static void AddDotsOfPlanes(ZmmCode code, ByteDotShape shape, int sub)
    {
        code.Zero(FirstCoarse);
        code.Zero(SecondCoarse);
        if (shape.Offset > 0)           // the rest's dot product starts at -offset * sum
        {
            code.Broadcast(FirstRest, Token(InFine(Of(shape, sub, nameof(FineBlock.LowBias), nameof(FineBlock.HighBias), nameof(FineBlock.Bias)))));
            code.Shift(FirstRest, FirstRest, int.Log2(shape.Offset));
            code.Copy(SecondRest, FirstRest);
        }
        else
        {
            code.Zero(FirstRest);
            code.Zero(SecondRest);
        }
        int groups = 8 / shape.SubBlocks;
        for (int group = sub * groups; group < (sub + 1) * groups; group++)
        {
            code.Broadcast(Each, Token(4 * group));
            code.DotBytes(FirstCoarse, new(16 + group), Each);
            code.DotBytes(SecondCoarse, new(24 + group), Each);
            code.Broadcast(Factor, Token(Rest + 4 * group));
            code.DotBytes(FirstRest, new(16 + group), Factor);
            code.DotBytes(SecondRest, new(24 + group), Factor);
        }
        code.Broadcast(Each, Token(FineScale));
        AddDot(code, FirstCoarse, FirstRest, Factors(0, ByteDotBlock.ScalesAt, sub), new(Gpr.R8));
        AddDot(code, SecondCoarse, SecondRest, Factors(1, ByteDotBlock.ScalesAt, sub), new(Gpr.R8, SecondSums));
    }

    /// <summary>Combines the dot products and adds the result to the sum, which then replaces the rest's product.</summary>
    private static void AddDot(ZmmCode code, Zmm coarse, Zmm rest, Memory scales, Memory sums)
    {
        code.Shift(coarse, coarse, 8);
        code.AddInts(coarse, coarse, rest);
        code.ToFloat(coarse, coarse);
        code.Multiply(Factor, Each, scales);
        code.Load(rest, sums);
        code.AddProduct(rest, coarse, Factor);
    }

    /// <summary>sum = fma(sumA, minW * scaleA, sum) of a sub-block.</summary>
    private static void AddMinimum(ZmmCode code, ByteDotShape shape, int sub)
    {
        int sum = InFine(Of(shape, sub, nameof(FineBlock.LowSum), nameof(FineBlock.HighSum), nameof(FineBlock.Sum)));
        code.Multiply(Factor, Each, Factors(0, ByteDotBlock.MinimaAt, sub));
        code.AddProductOfEach(FirstRest, Factor, Token(sum));
        code.Multiply(Factor, Each, Factors(1, ByteDotBlock.MinimaAt, sub));
        code.AddProductOfEach(SecondRest, Factor, Token(sum));
    }

    private static void StoreSums(ZmmCode code)
    {
        code.Store(new(Gpr.R8), FirstRest);
        code.Store(new(Gpr.R8, SecondSums), SecondRest);
    }

    private static string Of(ByteDotShape shape, int sub, string low, string high, string all) => shape.SubBlocks == 1 ? all : sub == 0 ? low : high;

    private static unsafe int InFine(string field)
    {
        FineBlock one;
        FineBlock* block = &one;
        return (int)((nint)(field switch
        {
            nameof(FineBlock.Rest) => (void*)block->Rest,
            nameof(FineBlock.Scale) => &block->Scale,
            nameof(FineBlock.LowSum) => &block->LowSum,
            nameof(FineBlock.HighSum) => &block->HighSum,
            nameof(FineBlock.Sum) => &block->Sum,
            nameof(FineBlock.LowBias) => &block->LowBias,
            nameof(FineBlock.HighBias) => &block->HighBias,
            nameof(FineBlock.Bias) => &block->Bias,
            _ => throw new ArgumentOutOfRangeException(nameof(field), field, null),
        }) - (nint)block);
    }
}
