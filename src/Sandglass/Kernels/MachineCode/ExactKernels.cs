namespace Sandglass.Kernels.MachineCode;

/// <summary>The kernels of <see cref="ExactCode"/> created so far, and their arguments.</summary>
internal static unsafe class ExactKernels
{
    private static readonly MadeCode Made = new(ExactCode.Write);

    /// <summary>The kernel of a type; null where it is unavailable and the kernels in C# do the same.</summary>
    public static delegate* unmanaged[SuppressGCTransition]<ExactBlock*, void> For(ByteDotShape shape) =>
        (delegate* unmanaged[SuppressGCTransition]<ExactBlock*, void>)(ByteDotKernels.IsAllowed ? Made.At(shape) : 0);

    /// <summary>The arguments shared by all panels of a type.</summary>
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
            PairMask = 0x0303_0303,
        };
    }
}
