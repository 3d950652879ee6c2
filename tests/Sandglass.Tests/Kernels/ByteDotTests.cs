using Sandglass.Kernels;
using Sandglass.Kernels.MachineCode;

namespace Sandglass.Tests.Kernels;

/// <summary>The kernels that are written as machine code: their instructions against another assembler's, and that they run where they can.</summary>
public unsafe class ByteDotTests
{
    [Fact]
    public void Panels_of_quantised_types_use_machine_code_where_the_processor_has_the_byte_dot()
    {
        if (KernelPath.Widest < KernelWidth.Vector512) return;
        Assert.Equal(ByteDotTile.IsAllowed, Panels.For(TensorType.Q4_0, KernelWidth.Vector512) is ByteDotPanels<FormatQ4_0, Codes4>);
        Assert.IsNotType<ByteDotPanels<FormatQ4_0, Codes4>>(Panels.For(TensorType.Q4_0, KernelWidth.Vector256));
    }
}
