using System.Runtime.InteropServices;

namespace Sandglass.Kernels.MachineCode;

/// <summary>What the machine code gets: 32 columns of two panels, and the tokens to multiply them with. It lies on a border of 64 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = WeightsAt + 2 * PanelWeightsBytes)]
internal unsafe struct ByteDotBlock
{
    /// <summary>Bytes of one panel's factors: scales, minima and zeros, each [sub-block (2), row (16)].</summary>
    public const int PanelBytes = 3 * KindBytes;

    public const int KindBytes = 2 * SubBlockBytes;
    public const int SubBlockBytes = 64;

    /// <summary>Bytes of one panel's 32 columns, a byte a code.</summary>
    public const int CodesBytes = 512;

    /// <summary>Bytes of one panel's 32 columns in F32.</summary>
    public const int PanelWeightsBytes = 2048;

    public const int FirstCodesAt = 0, SecondCodesAt = 8, ActivationsAt = 16, SumsAt = 24, TokensAt = 32, NibbleMaskAt = 40, CodeMaskAt = 44, NegatedOffsetAt = 48, UpperMaskAt = 52;
    public const int ActivationStrideAt = 56, SumStrideAt = 64, PairMaskAt = 72, SixMaskAt = 76, UpperSubBlockAt = 80, FactorsAt = 128;
    public const int SuperScaleAt = FactorsAt + 2 * PanelBytes, SuperMinimumAt = SuperScaleAt + SubBlockBytes, CodesAt = SuperMinimumAt + SubBlockBytes, WeightsAt = CodesAt + 2 * CodesBytes, HeaderAt = WeightsAt;
    public const int ScalesAt = FactorsAt, MinimaAt = FactorsAt + KindBytes, ZerosAt = FactorsAt + 2 * KindBytes;

    /// <summary>Codes of the panels, a byte each (512 bytes) or as nibbles (256); for few tokens' kernel the first is the panel itself.</summary>
    [FieldOffset(FirstCodesAt)] public byte* FirstCodes;
    [FieldOffset(SecondCodesAt)] public byte* SecondCodes;

    /// <summary>[tokens], <see cref="ActivationBlock"/> or, where there are two planes, <see cref="FineBlock"/>.</summary>
    [FieldOffset(ActivationsAt)] public void* Activations;

    /// <summary>[tokens, panel (2), row (16)]</summary>
    [FieldOffset(SumsAt)] public float* Sums;

    /// <summary>At least 1; for few tokens' kernel, the headers of the panel.</summary>
    [FieldOffset(TokensAt)] public long Tokens;

    /// <summary>0x0F in every byte.</summary>
    [FieldOffset(NibbleMaskAt)] public uint NibbleMask;

    /// <summary>The bits of one code: 15, 255 or, where bits of others can stand above them, 63.</summary>
    [FieldOffset(CodeMaskAt)] public uint CodeMask;

    /// <summary>What is added to a code to have its value.</summary>
    [FieldOffset(NegatedOffsetAt)] public float NegatedOffset;

    /// <summary>In every byte, the bits of a code that lie apart from its lower two or four.</summary>
    [FieldOffset(UpperMaskAt)] public uint UpperMask;

    /// <summary>0x03 in every byte.</summary>
    [FieldOffset(PairMaskAt)] public uint PairMask;

    /// <summary>0x3F in every byte.</summary>
    [FieldOffset(SixMaskAt)] public uint SixMask;

    /// <summary>What chooses the factors of a column's sub-block: 0 and, 16 bytes further, all ones.</summary>
    [FieldOffset(UpperSubBlockAt)] public fixed uint UpperSubBlock[5];

    /// <summary>Of few tokens' kernel: bytes from the activations of 32 columns to those of the next.</summary>
    [FieldOffset(ActivationStrideAt)] public long ActivationStride;

    /// <summary>Of few tokens' kernel: bytes from the sums of one token to those of the next.</summary>
    [FieldOffset(SumStrideAt)] public long SumStride;

    /// <summary>[panel (2), kind (3: scale, minimum, the weight whose code is 0), sub-block (2), row (16)]</summary>
    [FieldOffset(FactorsAt)] public fixed float Factors[2 * PanelBytes / sizeof(float)];

    /// <summary>Scratch of few tokens' kernel: the scale of 256 columns, lane = row.</summary>
    [FieldOffset(SuperScaleAt)] public fixed float SuperScale[Panels.Rows];

    /// <summary>And their minimum.</summary>
    [FieldOffset(SuperMinimumAt)] public fixed float SuperMinimum[Panels.Rows];

    /// <summary>Scratch: codes of both panels, a byte each, where they lie in other ways.</summary>
    [FieldOffset(CodesAt)] public fixed byte Codes[2 * CodesBytes];

    /// <summary>Scratch of a tile's kernel: the weights, [panel (2), column (32), row (16)].</summary>
    /// <remarks>Of few tokens' kernel: a copy of the header of 256 columns, at <see cref="HeaderAt"/>.</remarks>
    [FieldOffset(WeightsAt)] public fixed float Weights[2 * PanelWeightsBytes / sizeof(float)];
}
