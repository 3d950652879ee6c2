using System.Runtime.InteropServices;

namespace Sandglass.Kernels.WebAssembly;

/// <summary>Arguments of <see cref="WasmDot"/>: addresses of 32 bits, whatever the process that writes the code has.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WasmDotArguments
{
    /// <summary>The first panel.</summary>
    public uint Panel;

    /// <summary>From one panel to the next.</summary>
    public uint PanelBytes;

    /// <summary>At least 1.</summary>
    public uint Panels;

    /// <summary>Blocks of 32 columns.</summary>
    public uint Blocks;

    /// <summary>[blocks, stride]: <see cref="ActivationBlock"/>s, the tokens of a block adjacent.</summary>
    public uint Activations;

    /// <summary>Bytes from one block's activations to the next block's.</summary>
    public uint ActivationStride;

    /// <summary>At least 1.</summary>
    public uint Tokens;

    /// <summary>[tokens, panels, 16]: F32.</summary>
    public uint Sums;

    /// <summary>Bytes from one token's sums to the next one's.</summary>
    public uint SumStride;
}
