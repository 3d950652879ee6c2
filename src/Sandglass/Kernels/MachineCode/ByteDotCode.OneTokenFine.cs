using System.Runtime.CompilerServices;

namespace Sandglass.Kernels.MachineCode;

// One token, two planes: codes are used once, so they are multiplied as they are loaded, and the sum stays in its register over all columns of a panel.
// z0 and z1 the dots, z2 and z3 the factors, z4 the sum; z16 and z17 codes, z18 the mask; rdx activations, r9 blocks left, r10 the panel.
internal static partial class ByteDotCode
{
    private static readonly Zmm Coarse = new(0), RestDot = new(1), ScaleFactor = new(2), MinimumFactor = new(3);
    private static readonly Zmm Running = new(4), Low = new(16), High = new(17), Mask = new(18);

    private static ZmmCode WriteOneTokenFine(ByteDotShape shape, bool argumentInRdi)
    {
        ZmmCode code = Begin(argumentInRdi);
        code.Broadcast(Mask, Block(ByteDotBlock.NibbleMaskAt));
        code.Load(Running, new(Gpr.R8));

        int block = code.Here;
        AddBlock(code, shape);
        code.CountDown(Gpr.R9, block);
        code.Store(new(Gpr.R8), Running);
        code.Return();
        return code;
    }

    private static void AddBlock(ZmmCode code, ByteDotShape shape)
    {
        int codes = PanelHeader.Bytes(shape), chunks = shape.Nibbles ? 4 : 8;
        code.Zero(Coarse);
        if (shape.Offset > 0)
        {
            code.Broadcast(RestDot, Token(InFine(nameof(FineBlock.Bias))));
            code.Shift(RestDot, RestDot, int.Log2(shape.Offset));
        }
        else
        {
            code.Zero(RestDot);
        }
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            code.Load(Low, new(Gpr.R10, codes + 64 * chunk));
            if (shape.Nibbles)
            {
                code.ShiftShortsRight(High, Low, 4);
                code.And(Low, Low, Mask);
                code.And(High, High, Mask);
                AddGroup(code, High, chunk + 4);
            }
            AddGroup(code, Low, chunk);
        }
        code.Shift(Coarse, Coarse, 8);
        code.AddInts(Coarse, Coarse, RestDot);
        code.ToFloat(Coarse, Coarse);
        code.LoadHalves(ScaleFactor, new(Gpr.R10));
        code.MultiplyByEach(ScaleFactor, ScaleFactor, Token(FineScale));
        code.AddProduct(Running, Coarse, ScaleFactor);
        if (shape.HasMinimum)
        {
            code.LoadHalves(MinimumFactor, new(Gpr.R10, PanelHeader.HalvesBytes));
            code.MultiplyByEach(MinimumFactor, MinimumFactor, Token(FineScale));
            code.AddProductOfEach(Running, MinimumFactor, Token(InFine(nameof(FineBlock.Sum))));
        }
        code.Add(Gpr.R10, codes + 64 * chunks);
        code.Add(Gpr.Rdx, Unsafe.SizeOf<FineBlock>());
    }

    private static void AddGroup(ZmmCode code, Zmm codes, int group)
    {
        code.DotBytesOfEach(Coarse, codes, Token(4 * group));
        code.DotBytesOfEach(RestDot, codes, Token(Rest + 4 * group));
    }
}
