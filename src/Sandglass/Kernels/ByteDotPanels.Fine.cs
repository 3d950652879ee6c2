using Sandglass.Kernels.MachineCode;

namespace Sandglass.Kernels;

// fine: the same walk over the columns, with a kernel that multiplies each code with two planes.
internal sealed unsafe partial class ByteDotPanels<TFormat, TCodes>
{
    private readonly delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> _multiplyFine =
        ByteDotTile.For(new ByteDotShape(TCodes.Bits == 4, TFormat.SubBlocks, TFormat.HasMinimum, TFormat.Offset, TwoPlanes: true));

    public override void MultiplyFine(byte* panel, long panelBytes, int count, int columns, FineBlock* activations, int stride, int tokens, float* sums)
    {
        if (tokens == 1 || count == 1 || _multiplyFine == null) base.MultiplyFine(panel, panelBytes, count, columns, activations, stride, tokens, sums);
        else MultiplyTile(_multiplyFine, panel, panelBytes, columns, activations, stride * sizeof(FineBlock), tokens, sums);
    }
}
