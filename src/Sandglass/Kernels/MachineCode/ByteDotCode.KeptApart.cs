namespace Sandglass.Kernels.MachineCode;

// The element that a tile keeps apart. Its weight is dequantised per token or, for many tokens, all weights of the 32 columns are dequantised first:
// that takes about 250 cycles and saves each token an fma per panel on the busiest pipes and ten other instructions.
internal static partial class ByteDotCode
{
    /// <summary>The 32 columns of both panels dequantised, fma(scale, code, zero), for the column that each token keeps apart.</summary>
    private static void KeepWeights(ZmmCode code, ByteDotShape shape)
    {
        int groups = 8 / shape.SubBlocks;
        for (int group = 0; group < 16; group++)    // eight of the first panel, eight of the second
        {
            if (group % groups == 0)
            {
                code.Load(Each, Factors(group / 8, ByteDotBlock.ScalesAt, group % 8 / groups));
                code.Load(Factor, Factors(group / 8, ByteDotBlock.ZerosAt, group % 8 / groups));
            }
            for (int column = 0; column < 4; column++)
            {
                Zmm codes = new(16 + group), weight = new(column);
                if (column > 0) code.Shift(weight, codes, -8 * column);
                if (column < 3) code.And(weight, column > 0 ? weight : codes, Block(ByteDotBlock.CodeMaskAt));
                code.ToFloat(weight, weight);
                code.MultiplyThenAdd(weight, Each, Factor);
                code.Store(Block(ByteDotBlock.WeightsAt + 64 * (4 * group + column)), weight);
            }
        }
    }

    /// <summary>sum = fma(w, x, sum) of the element kept apart, its weight by <see cref="KeepWeights"/>.</summary>
    private static void AddLargest(ZmmCode code)
    {
        code.LoadRax(Token(Column));
        code.ShiftRaxLeft(6);                   // a column's weights are 64 bytes
        code.Broadcast(Each, Token(Largest));
        code.AddProduct(FirstSum, Each, Block(ByteDotBlock.WeightsAt) with { PlusRax = true });
        code.AddProduct(SecondSum, Each, Block(ByteDotBlock.WeightsAt + ByteDotBlock.PanelWeightsBytes) with { PlusRax = true });
    }

    /// <summary>sum = fma(fma(scale, code, zero), x, sum) of the element kept apart.</summary>
    private static void AddLargest(ZmmCode code, ByteDotShape shape)
    {
        code.LoadRax(Token(Column));
        code.AndRax(shape.Nibbles ? 12 : 28);   // the column's group ...
        code.ShiftRaxLeft(4);                   // ... times 64 bytes
        code.Load(FirstDot, new(Gpr.R10, 0, PlusRax: true));
        code.Load(SecondDot, new(Gpr.R11, 0, PlusRax: true));
        if (shape.SubBlocks == 2)
        {
            code.LoadRax(Token(Column));
            code.AndRax(16);
            code.ShiftRaxLeft(2);               // the upper sub-block's factors are 64 bytes further
        }
        int shift = At(shape.Nibbles ? nameof(ActivationBlock.NibbleShift) : nameof(ActivationBlock.ByteShift));
        AddLargest(code, shape, 0, FirstDot, FirstSum, shift);
        AddLargest(code, shape, 1, SecondDot, SecondSum, shift);
    }

    private static void AddLargest(ZmmCode code, ByteDotShape shape, int panel, Zmm weight, Zmm sum, int shift)
    {
        bool two = shape.SubBlocks == 2;
        code.ShiftRight(weight, weight, Token(shift));
        code.And(weight, weight, Block(ByteDotBlock.CodeMaskAt));
        code.ToFloat(weight, weight);
        code.Load(Factor, Factors(panel, ByteDotBlock.ZerosAt, 0) with { PlusRax = two });
        code.MultiplyThenAdd(weight, Factors(panel, ByteDotBlock.ScalesAt, 0) with { PlusRax = two }, Factor);
        code.AddProductOfEach(sum, weight, Token(Largest));
    }
}
