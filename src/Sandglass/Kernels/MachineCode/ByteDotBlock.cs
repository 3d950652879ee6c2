using System.Runtime.InteropServices;

namespace Sandglass.Kernels.MachineCode;

/// <summary>Arguments of the machine code: 32 columns of two panels and the tokens to multiply them with. Aligned to 64 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = WeightsAt + 2 * PanelWeightsBytes)]
internal unsafe struct ByteDotBlock
{
    /// <summary>Bytes of one panel's factors: scales, minima and zeros, each [sub-block (2), row (16)].</summary>
    public const int PanelBytes = 3 * KindBytes;

    public const int KindBytes = 2 * SubBlockBytes;
    public const int SubBlockBytes = 64;

    /// <summary>Bytes of one panel's 32 columns, one byte per code.</summary>
    public const int CodesBytes = 512;

    /// <summary>Bytes of one panel's 32 columns in F32.</summary>
    public const int PanelWeightsBytes = 2048;

    public const int FirstCodesAt = 0, SecondCodesAt = 8, ActivationsAt = 16, SumsAt = 24, TokensAt = 32;
    public const int NibbleMaskAt = 40, CodeMaskAt = 44, NegatedOffsetAt = 48, UpperMaskAt = 52;
    public const int ActivationStrideAt = 56, SumStrideAt = 64, PairMaskAt = 72, SixMaskAt = 76, UpperSubBlockAt = 80, FactorsAt = 128;
    public const int SuperScaleAt = FactorsAt + 2 * PanelBytes, SuperMinimumAt = SuperScaleAt + SubBlockBytes, CodesAt = SuperMinimumAt + SubBlockBytes;
    public const int WeightsAt = CodesAt + 2 * CodesBytes, HeaderAt = WeightsAt;
    public const int ScalesAt = FactorsAt, MinimaAt = FactorsAt + KindBytes, ZerosAt = FactorsAt + 2 * KindBytes;

    /// <summary>Codes of the panels, a byte each (512 bytes) or as nibbles (256); for few tokens the first is the panel itself.</summary>
    [FieldOffset(FirstCodesAt)] public byte* FirstCodes;
    [FieldOffset(SecondCodesAt)] public byte* SecondCodes;

    /// <summary>[tokens], <see cref="ActivationBlock"/> or, where there are two planes, <see cref="FineBlock"/>.</summary>
    [FieldOffset(ActivationsAt)] public void* Activations;

    /// <summary>[tokens, panel (2), row (16)]</summary>
    [FieldOffset(SumsAt)] public float* Sums;

    /// <summary>At least 1; for few tokens the number of headers in the panel.</summary>
    [FieldOffset(TokensAt)] public long Tokens;

    /// <summary>0x0F in every byte.</summary>
    [FieldOffset(NibbleMaskAt)] public uint NibbleMask;

    /// <summary>Mask of one code: 15, 255 or, where bits of other codes may be above it, 63.</summary>
    [FieldOffset(CodeMaskAt)] public uint CodeMask;

    /// <summary>Added to a code to give its value.</summary>
    [FieldOffset(NegatedOffsetAt)] public float NegatedOffset;

    /// <summary>In every byte, the bits of a code that are stored apart from its lower two or four.</summary>
    [FieldOffset(UpperMaskAt)] public uint UpperMask;

    /// <summary>0x03 in every byte.</summary>
    [FieldOffset(PairMaskAt)] public uint PairMask;

    /// <summary>0x3F in every byte.</summary>
    [FieldOffset(SixMaskAt)] public uint SixMask;

    /// <summary>Selects the factors of a column's sub-block: 0 and, 16 bytes further, all ones.</summary>
    [FieldOffset(UpperSubBlockAt)] public fixed uint UpperSubBlock[5];

    /// <summary>For few tokens: distance in bytes between the activations of consecutive 32 columns.</summary>
    [FieldOffset(ActivationStrideAt)] public long ActivationStride;

    /// <summary>For few tokens: distance in bytes between the sums of consecutive tokens.</summary>
    [FieldOffset(SumStrideAt)] public long SumStride;

    /// <summary>[panel (2), kind (3: scale, minimum, the weight whose code is 0), sub-block (2), row (16)]</summary>
    [FieldOffset(FactorsAt)] public fixed float Factors[2 * PanelBytes / sizeof(float)];

    /// <summary>Scratch for few tokens: the scale of 256 columns, lane = row.</summary>
    [FieldOffset(SuperScaleAt)] public fixed float SuperScale[Panels.Rows];

    /// <summary>Scratch for few tokens: the minimum of 256 columns, lane = row.</summary>
    [FieldOffset(SuperMinimumAt)] public fixed float SuperMinimum[Panels.Rows];

    /// <summary>Scratch: codes of both panels, a byte each, where they are stored otherwise.</summary>
    [FieldOffset(CodesAt)] public fixed byte Codes[2 * CodesBytes];

    /// <summary>Scratch for a tile: the weights, [panel (2), column (32), row (16)].</summary>
    /// <remarks>For few tokens: a copy of the header of 256 columns, at <see cref="HeaderAt"/>.</remarks>
    [FieldOffset(WeightsAt)] public fixed float Weights[2 * PanelWeightsBytes / sizeof(float)];
}
