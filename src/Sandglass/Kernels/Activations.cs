namespace Sandglass.Kernels;

/// <summary>The input of a matrix product: a batch of tokens in F32 and, where a weight asks for it, as int8 blocks.</summary>
internal unsafe struct Activations
{
    /// <summary>[tokens, columns]</summary>
    public float* Values;

    /// <summary>[columns / 32, tokens]; null where nothing is multiplied with int8.</summary>
    public ActivationBlock* Blocks;

    public int Tokens;

    public int Columns;
}
