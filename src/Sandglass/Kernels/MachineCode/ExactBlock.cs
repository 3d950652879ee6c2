using System.Runtime.InteropServices;

namespace Sandglass.Kernels.MachineCode;

/// <summary>Arguments of <see cref="ExactCode"/>: four panels and one token.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct ExactBlock
{
    public const int PanelsAt = 0, ActivationsAt = 32, SumsAt = 40, HeadersAt = 48;
    public const int NearMaskAt = 56, FarMaskAt = 60, NearOneAt = 64, FarOneAt = 68, NearZeroAt = 72;
    public const int FarZeroAt = 76, LowerMaskAt = 80, NibbleMaskAt = 84, PairMaskAt = 88;

    /// <summary>The panels, each at its first header; panels may repeat.</summary>
    [FieldOffset(PanelsAt)] public fixed long Panels[4];

    /// <summary>[columns]</summary>
    [FieldOffset(ActivationsAt)] public float* Activations;

    /// <summary>[panel (4), row (16)]</summary>
    [FieldOffset(SumsAt)] public float* Sums;

    /// <summary>Headers of a panel: at least 1.</summary>
    [FieldOffset(HeadersAt)] public long Headers;

    /// <summary>Mask of a code at the near one of the two places in a mantissa where codes are read.</summary>
    [FieldOffset(NearMaskAt)] public uint NearMask;

    [FieldOffset(FarMaskAt)] public uint FarMask;

    /// <summary>Exponent bits that give a code there its own weight: 2 to the number of mantissa bits from that place on.</summary>
    [FieldOffset(NearOneAt)] public float NearOne;

    [FieldOffset(FarOneAt)] public float FarOne;

    /// <summary>Factor on a scale that subtracts that power and the codes' offset again.</summary>
    [FieldOffset(NearZeroAt)] public float NearZero;

    [FieldOffset(FarZeroAt)] public float FarZero;

    /// <summary>In every byte, the bits of a code that are stored together.</summary>
    [FieldOffset(LowerMaskAt)] public uint LowerMask;

    /// <summary>0x0F in every byte.</summary>
    [FieldOffset(NibbleMaskAt)] public uint NibbleMask;

    /// <summary>0x03 in every byte.</summary>
    [FieldOffset(PairMaskAt)] public uint PairMask;
}
