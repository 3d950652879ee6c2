using System.Runtime.InteropServices;
using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Activations of a batch, [token, columns] in F32, in native memory; where products are of int8, their blocks beside.</summary>
internal sealed unsafe class TokenBuffer : IDisposable
{
    private readonly bool _quantized;

    /// <param name="quantized">Whether int8 blocks are kept too (columns must then be a multiple of 32).</param>
    public TokenBuffer(int tokens, int columns, bool quantized = false)
    {
        Tokens = tokens;
        Columns = columns;
        _quantized = quantized;
        Values = (float*)NativeMemory.AlignedAlloc((nuint)((long)tokens * columns * sizeof(float)) + 64, 64);
        if (quantized)
            Blocks = (ActivationBlock*)NativeMemory.AlignedAlloc((nuint)((long)tokens * (columns / ActivationBlock.Columns) * sizeof(ActivationBlock)), 64);
    }

    ~TokenBuffer() => Free();

    /// <summary>Room, in tokens.</summary>
    public int Tokens { get; }

    /// <summary>Elements of a token.</summary>
    public int Columns { get; }

    /// <summary>[token, columns]</summary>
    public float* Values { get; private set; }

    /// <summary>[columns / 32, tokens of the batch]; null where products are of F32.</summary>
    public ActivationBlock* Blocks { get; private set; }

    /// <summary>Whether int8 blocks are kept.</summary>
    public bool IsQuantized => _quantized;

    /// <summary>One token's values.</summary>
    public float* Row(int token) => Values + (long)token * Columns;

    /// <summary>Makes one token's int8 blocks from its values, where they are asked for.</summary>
    public void Quantize(int token, int batchTokens)
    {
        if (_quantized) ActivationQuantizer.Quantize(Row(token), Columns, Blocks + token, batchTokens);
    }

    /// <summary>The first tokens as the input of a product.</summary>
    public Activations Input(int tokens) => new() { Values = Values, Blocks = Blocks, Tokens = tokens, Columns = Columns };

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(Values);
        NativeMemory.AlignedFree(Blocks);
        Values = null;
        Blocks = null;
    }
}
