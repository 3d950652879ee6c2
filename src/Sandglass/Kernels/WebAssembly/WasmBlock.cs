using System.Runtime.InteropServices;

namespace Sandglass.Kernels.WebAssembly;

/// <summary>Where the parts of an <see cref="ActivationBlock"/> lie.</summary>
internal static class WasmBlock
{
    public static int Scale { get; } = Of(nameof(ActivationBlock.Scale));

    public static int Largest { get; } = Of(nameof(ActivationBlock.Largest));

    public static int LargestColumn { get; } = Of(nameof(ActivationBlock.LargestColumn));

    public static int ByteShift { get; } = Of(nameof(ActivationBlock.ByteShift));

    public static int NibbleShift { get; } = Of(nameof(ActivationBlock.NibbleShift));

    public static int LowSum { get; } = Of(nameof(ActivationBlock.LowSum));

    public static int Sum { get; } = Of(nameof(ActivationBlock.Sum));

    private static int Of(string field) => (int)Marshal.OffsetOf<ActivationBlock>(field);
}
