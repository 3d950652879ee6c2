using System.Runtime.CompilerServices;
using Sandglass.Kernels.MachineCode;

namespace Sandglass.Kernels;

// fine: the same walk over the columns, with a kernel that multiplies each code with two planes; and for one token a kernel that walks by itself.
internal sealed unsafe partial class ByteDotPanels<TFormat, TCodes>
{
    private static readonly ByteDotShape FineShape = new(TCodes.Bits == 4, TFormat.SubBlocks, TFormat.HasMinimum, TFormat.Offset, TwoPlanes: true);

    private readonly delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> _multiplyFine = ByteDotKernels.For(FineShape);

    // Q4_0, Q4_1 and Q8_0: the types whose header is F16 alone, and whose codes can be multiplied as they lie.
    private readonly delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> _multiplyFineOne =
        TFormat.Columns == 32 && TCodes.Bits is 4 or 8 ? ByteDotKernels.For(FineShape with { OneToken = true }) : null;

    public override void MultiplyFine(byte* panel, long panelBytes, int count, int columns, FineBlock* activations, int stride, int tokens, float* sums)
    {
        if (tokens == 1 && stride == 1 && _multiplyFineOne != null) MultiplyOne(panel, panelBytes, count, columns, activations, sums);
        else if (tokens == 1 || count == 1 || _multiplyFine == null) base.MultiplyFine(panel, panelBytes, count, columns, activations, stride, tokens, sums);
        else MultiplyTile(_multiplyFine, panel, panelBytes, columns, activations, stride * sizeof(FineBlock), tokens, sums);
    }

    [SkipLocalsInit]
    private void MultiplyOne(byte* panel, long panelBytes, int count, int columns, FineBlock* activations, float* sums)
    {
        ByteDotBlock block;
        block.NibbleMask = 0x0F0F_0F0F;
        block.Activations = activations;
        block.Tokens = columns / 32;
        for (int i = 0; i < count; i++)
        {
            block.FirstCodes = panel + i * panelBytes;
            block.Sums = sums + i * Rows;
            _multiplyFineOne(&block);
        }
    }
}
