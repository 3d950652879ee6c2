using Sandglass.Kernels.MachineCode;

namespace Sandglass.Kernels;

// exact, one token: four panels per call.
internal sealed unsafe partial class ByteDotPanels<TFormat, TCodes>
{
    public override void MultiplyExactOne(byte* panel, long panelBytes, int count, int columns, float* x, float* sums)
    {
        if (ExactKernel.Multiply == null)
        {
            base.MultiplyExactOne(panel, panelBytes, count, columns, x, sums);
            return;
        }
        ExactBlock block = ExactKernel.Arguments;
        for (int i = 0; i < 4; i++)
            block.Panels[i] = (long)(panel + (i < count ? i * panelBytes : 0));   // with fewer than four, the first is repeated and the extra sums are ignored
        block.Activations = x;
        block.Sums = sums;
        block.Headers = columns / TFormat.Columns;
        ExactKernel.Multiply(&block);
    }

    // Created at first use, like the others.
    private static class ExactKernel
    {
        private static readonly ByteDotShape ExactShape = Shape with { Bits = TCodes.Bits, Tokens = 1, Columns = TFormat.Columns };

        public static readonly delegate* unmanaged[SuppressGCTransition]<ExactBlock*, void> Multiply = ExactKernels.For(ExactShape);

        public static readonly ExactBlock Arguments = ExactKernels.Begin(ExactShape);
    }
}
