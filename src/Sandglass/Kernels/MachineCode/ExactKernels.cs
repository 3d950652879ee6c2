using System.Collections.Concurrent;

namespace Sandglass.Kernels.MachineCode;

/// <summary>The kernels of <see cref="ExactCode"/> that were made so far, and their arguments.</summary>
internal static unsafe class ExactKernels
{
    private static readonly ConcurrentDictionary<ByteDotShape, Lazy<nint>> Made = new();     // lazy: workers that ask together get one page

    /// <summary>The kernel of a type; null where it cannot be had, and then the kernels in C# do the same.</summary>
    public static delegate* unmanaged[SuppressGCTransition]<ExactBlock*, void> For(ByteDotShape shape) =>
        (delegate* unmanaged[SuppressGCTransition]<ExactBlock*, void>)(ByteDotKernels.IsAllowed ? Made.GetOrAdd(shape, static shape => new Lazy<nint>(() => Make(shape))).Value : 0);

    /// <summary>What is the same for all panels of a type.</summary>
    public static ExactBlock Begin(ByteDotShape shape)
    {
        int near = ExactPlaces.Bit(shape, far: false), far = ExactPlaces.Bit(shape, far: true);
        float nearOne = 1 << (23 - near), farOne = 1 << (23 - far);
        uint codeMask = (1u << shape.Bits) - 1;
        return new ExactBlock
        {
            NearMask = codeMask << near,
            FarMask = codeMask << far,
            NearOne = nearOne,
            FarOne = farOne,
            NearZero = -(nearOne + shape.Offset),
            FarZero = -(farOne + shape.Offset),
            LowerMask = shape.Bits == 3 ? 0x0303_0303u : 0x0F0F_0F0Fu,
            NibbleMask = 0x0F0F_0F0F,
        };
    }

    private static nint Make(ByteDotShape shape) => (nint)CodePages.TryPlace(ExactCode.Write(shape, argumentInRdi: !OperatingSystem.IsWindows()));
}
