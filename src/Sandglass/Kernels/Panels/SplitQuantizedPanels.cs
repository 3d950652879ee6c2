using System.Runtime.Intrinsics;

namespace Sandglass.Kernels;

/// <summary>Panels of a quantised type for AVX2 with 16 registers: int8 products pass over a panel twice, each time for eight of its rows.</summary>
internal sealed unsafe class SplitQuantizedPanels<TFormat, TCodes>(TensorType type)
    : VectorQuantizedPanels<TFormat, TCodes, Lanes256, Pair<Vector256<float>>, Pair<Vector256<int>>, Pair<Vector256<byte>>>(type)
    where TFormat : struct, IFormat
    where TCodes : struct, ICodes
{
    private readonly VectorQuantizedPanels<TFormat, TCodes, Lanes256Half<LowerHalf>, Vector256<float>, Vector256<int>, Vector256<byte>> _lower = new(type);
    private readonly VectorQuantizedPanels<TFormat, TCodes, Lanes256Half<UpperHalf>, Vector256<float>, Vector256<int>, Vector256<byte>> _upper = new(type);

    public override void MultiplyFast(byte* panel, long panelBytes, int count, int columns, ActivationBlock* activations, int stride, int tokens, float* sums)
    {
        _lower.MultiplyFast(panel, panelBytes, count, columns, activations, stride, tokens, sums);
        _upper.MultiplyFast(panel, panelBytes, count, columns, activations, stride, tokens, sums);
    }

    public override void MultiplyFine(byte* panel, long panelBytes, int count, int columns, FineBlock* activations, int stride, int tokens, float* sums)
    {
        _lower.MultiplyFine(panel, panelBytes, count, columns, activations, stride, tokens, sums);
        _upper.MultiplyFine(panel, panelBytes, count, columns, activations, stride, tokens, sums);
    }
}
