namespace Sandglass.Kernels;

/// <summary>The input of a matrix product: a batch of tokens in F32 and, where weights need it, as blocks of int8 or of two planes of int8.</summary>
internal unsafe struct Activations
{
    /// <summary>[tokens, columns]</summary>
    public float* Values;

    /// <summary>[columns / 32, tokens]; null where nothing is multiplied with int8.</summary>
    public ActivationBlock* Blocks;

    /// <summary>[columns / 32, tokens]; used instead of these where int8 is too coarse.</summary>
    public FineBlock* FineBlocks;

    /// <summary>Whether there are blocks of either kind.</summary>
    public readonly bool InIntegers => Blocks != null || FineBlocks != null;

    public int Tokens;

    public int Columns;
}
