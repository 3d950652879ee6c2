using System.Runtime.Intrinsics.X86;

namespace Sandglass.Kernels.MachineCode;

/// <summary>The kernels of machine code that were made so far, as functions.</summary>
internal static unsafe class ByteDotKernels
{
    /// <summary>Name of the environment variable that, set to 0, keeps this process from running code of its own making.</summary>
    public const string Variable = "SANDGLASS_MACHINE_CODE";

    private static readonly MadeCode Made = new(ByteDotCode.Write);

    /// <summary>Whether processor, system and environment let us.</summary>
    public static bool IsAllowed { get; } = HasByteDot() && Environment.GetEnvironmentVariable(Variable) != "0";

    /// <summary>The kernel of a shape; null where it cannot be had, and then the kernels in C# do the same.</summary>
    public static delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> For(ByteDotShape shape) =>
        (delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void>)(IsAllowed ? Made.At(shape) : 0);

    private static bool HasByteDot()
    {
        // That the runtime uses AVX-512 says that the system keeps the registers. VNNI it does not know: function 7, ecx, bit 11.
        if (KernelPath.Widest < KernelWidth.Vector512 || !X86Base.X64.IsSupported) return false;
        return (X86Base.CpuId(7, 0).Ecx >> 11 & 1) != 0;
    }
}
