using Sandglass.Kernels.MachineCode;

namespace Sandglass.Kernels;

// fine: the same loops over the columns, with kernels that multiply each code with two planes.
internal sealed unsafe partial class ByteDotPanels<TFormat, TCodes>
{
    public override void MultiplyFine(byte* panel, long panelBytes, int count, int columns, FineBlock* activations, int stride, int tokens, float* sums)
    {
        if (tokens == 1 && stride == 1 && FineKernels.OneToken != null)
            MultiplyFew(FineKernels.OneToken, panel, panelBytes, count, columns, activations, sizeof(FineBlock), sums);
        else if (tokens == 1 || count == 1 || FineKernels.Tile == null) base.MultiplyFine(panel, panelBytes, count, columns, activations, stride, tokens, sums);
        else MultiplyTile(FineKernels.Tile, panel, panelBytes, columns, activations, stride * sizeof(FineBlock), tokens, sums);
    }

    // Created at first use, so that other modes do not pay for them.
    private static class FineKernels
    {
        public static readonly delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> Tile = ByteDotKernels.For(Shape with { TwoPlanes = true });

        // Q4_0, Q4_1 and Q8_0: types whose header is F16 only and whose codes can be multiplied as stored.
        public static readonly delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> OneToken =
            TFormat.Columns == 32 && TCodes.Bits is 4 or 8 ? ByteDotKernels.For(Shape with { TwoPlanes = true, Tokens = 1 }) : null;
    }
}
