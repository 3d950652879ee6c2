using System.Runtime.InteropServices;

namespace Sandglass.Kernels.WebAssembly;

/// <summary>Arguments of the kernels that go along a row: addresses of 32 bits, whatever the process that writes the code has.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct WasmRowArguments
{
    /// <summary>The row, F32.</summary>
    [FieldOffset(0)] public uint Row;

    /// <summary>Another row, or where sums are kept.</summary>
    [FieldOffset(4)] public uint Other;

    /// <summary>Sixteens of elements, at least 1.</summary>
    [FieldOffset(8)] public uint Rounds;

    /// <summary>The largest element.</summary>
    [FieldOffset(12)] public float Max;

    /// <summary>The largest element.</summary>
    [FieldOffset(16)] public double WideMax;

    /// <summary>A floor.</summary>
    [FieldOffset(24)] public double Near;

    /// <summary>Another.</summary>
    [FieldOffset(32)] public double Middle;
}
