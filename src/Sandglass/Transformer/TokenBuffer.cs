using System.Runtime.InteropServices;
using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Activations of a batch in native memory: [token, columns] in F32 and, for products in integers, blocks of them beside.</summary>
internal sealed unsafe class TokenBuffer : IDisposable
{
    /// <param name="products">How they are multiplied: unless <see cref="ComputeMode.Exact"/>, blocks are kept too, and columns must be a multiple of
    /// 32.</param>
    public TokenBuffer(int tokens, int columns, ComputeMode products = ComputeMode.Exact)
    {
        Tokens = tokens;
        Columns = columns;
        Values = (float*)NativeMemory.AlignedAlloc((nuint)((long)tokens * columns * sizeof(float)) + 64, 64);
        if (products == ComputeMode.Fast)
            Blocks = (ActivationBlock*)NativeMemory.AlignedAlloc((nuint)((long)tokens * (columns / ActivationBlock.Columns) * sizeof(ActivationBlock)), 64);
        if (products == ComputeMode.Fine)
            FineBlocks = (FineBlock*)NativeMemory.AlignedAlloc((nuint)((long)tokens * (columns / FineBlock.Columns) * sizeof(FineBlock)), 64);
    }

    ~TokenBuffer() => Free();

    /// <summary>Capacity in tokens.</summary>
    public int Tokens { get; }

    /// <summary>Elements of a token.</summary>
    public int Columns { get; }

    /// <summary>[token, columns]</summary>
    public float* Values { get; private set; }

    /// <summary>[columns / 32, tokens of the batch]; null where products are not <em>fast</em>.</summary>
    public ActivationBlock* Blocks { get; private set; }

    /// <summary>[columns / 32, tokens of the batch]; null where products are not <em>fine</em>.</summary>
    public FineBlock* FineBlocks { get; private set; }

    /// <summary>Whether blocks are kept.</summary>
    public bool IsQuantized => Blocks != null || FineBlocks != null;

    /// <summary>One token's values.</summary>
    public float* Row(int token) => Values + (long)token * Columns;

    /// <summary>Makes one token's blocks from its values, if blocks are kept.</summary>
    public void Quantize(int token, int batchTokens)
    {
        if (Blocks != null) ActivationQuantizer.Quantize(Row(token), Columns, Blocks + token, batchTokens);
        else if (FineBlocks != null) FineQuantizer.Quantize(Row(token), Columns, FineBlocks + token, batchTokens);
    }

    /// <summary>The first tokens as the input of a product.</summary>
    public Activations Input(int tokens) => new() { Values = Values, Blocks = Blocks, FineBlocks = FineBlocks, Tokens = tokens, Columns = Columns };

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(Values);
        NativeMemory.AlignedFree(Blocks);
        NativeMemory.AlignedFree(FineBlocks);
        Values = null;
        Blocks = null;
        FineBlocks = null;
    }
}
