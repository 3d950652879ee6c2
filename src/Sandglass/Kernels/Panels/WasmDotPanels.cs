using System.Runtime.Intrinsics;
using Sandglass.Kernels.WebAssembly;

namespace Sandglass.Kernels;

/// <summary>Panels of a quantised type multiplied by WebAssembly that the engine has written: in a browser, whose interpreter of C# is some twenty times
/// slower. What it does not do is left to the vector kernels.</summary>
internal sealed unsafe class WasmDotPanels<TFormat, TCodes>
    : VectorQuantizedPanels<TFormat, TCodes, Lanes128, Quad<Vector128<float>>, Quad<Vector128<int>>, Quad<Vector128<byte>>>
    where TFormat : struct, IFormat
    where TCodes : struct, ICodes
{
    private readonly delegate* unmanaged<WasmDotArguments*, void> _multiply;

    private WasmDotPanels(TensorType type, delegate* unmanaged<WasmDotArguments*, void> multiply)
        : base(type) => _multiply = multiply;

    /// <summary>Panels that use WebAssembly; null where there is none for the type.</summary>
    public static Panels? TryCreate(TensorType type)
    {
        delegate* unmanaged<WasmDotArguments*, void> multiply = WasmKernels.Dot(type);
        return multiply == null ? null : new WasmDotPanels<TFormat, TCodes>(type, multiply);
    }

    public override void MultiplyFast(byte* panel, long panelBytes, int count, int columns, ActivationBlock* activations, int stride, int tokens, float* sums)
    {
        WasmDotArguments arguments = new()
        {
            Panel = (uint)panel,
            PanelBytes = (uint)panelBytes,
            Panels = (uint)count,
            Blocks = (uint)columns / 32,
            Activations = (uint)activations,
            ActivationStride = (uint)(stride * sizeof(ActivationBlock)),
            Tokens = (uint)tokens,
            Sums = (uint)sums,
            SumStride = (uint)(count * Rows * sizeof(float)),
        };
        _multiply(&arguments);
    }
}
