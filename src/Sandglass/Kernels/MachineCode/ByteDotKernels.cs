using System.Runtime.Intrinsics.X86;

namespace Sandglass.Kernels.MachineCode;

/// <summary>The machine code kernels created so far, as functions.</summary>
internal static unsafe class ByteDotKernels
{
    /// <summary>Name of the environment variable that, set to 0, keeps this process from generating and running machine code.</summary>
    public const string Variable = "SANDGLASS_MACHINE_CODE";

    private static readonly MadeCode Made = new(ByteDotCode.Write);

    /// <summary>Whether processor, system and environment allow machine code.</summary>
    public static bool IsAllowed { get; } = HasByteDot() && Environment.GetEnvironmentVariable(Variable) != "0";

    /// <summary>The kernel of a shape; null where it is unavailable and the kernels in C# do the same.</summary>
    public static delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> For(ByteDotShape shape) =>
        (delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void>)(IsAllowed ? Made.At(shape) : 0);

    private static bool HasByteDot()
    {
        // The runtime's use of AVX-512 implies that the system saves the registers. It does not report VNNI: function 7, ecx, bit 11.
        if (KernelPath.Widest < KernelWidth.Vector512 || !X86Base.X64.IsSupported) return false;
        return (X86Base.CpuId(7, 0).Ecx >> 11 & 1) != 0;
    }
}
