using Sandglass.Kernels;

namespace Sandglass.Tests.Kernels;

/// <summary>Activations of some tokens, [tokens, columns] in F32, as blocks, [columns / 32, tokens].</summary>
internal static unsafe class InBlocks
{
    public static ActivationBlock[] Of(float* values, int columns, int tokens)
    {
        ActivationBlock[] blocks = new ActivationBlock[tokens * columns / 32];
        fixed (ActivationBlock* to = blocks)
        {
            for (int token = 0; token < tokens; token++)
                ActivationQuantizer.Quantize(values + token * columns, columns, to + token, tokens);
        }
        return blocks;
    }

    public static FineBlock[] OfFine(float* values, int columns, int tokens)
    {
        FineBlock[] blocks = new FineBlock[tokens * columns / 32];
        fixed (FineBlock* to = blocks)
        {
            for (int token = 0; token < tokens; token++)
                FineQuantizer.Quantize(values + token * columns, columns, to + token, tokens);
        }
        return blocks;
    }
}
