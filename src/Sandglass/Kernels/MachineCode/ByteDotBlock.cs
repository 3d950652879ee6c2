using System.Runtime.InteropServices;

namespace Sandglass.Kernels.MachineCode;

/// <summary>What the machine code gets: 32 columns of two panels, and the tokens to multiply them with. It lies on a border of 64 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = FactorsAt + 2 * PanelBytes)]
internal unsafe struct ByteDotBlock
{
    /// <summary>Bytes of one panel's factors: scales, minima and zeros, each [sub-block (2), row (16)].</summary>
    public const int PanelBytes = 3 * KindBytes;

    public const int KindBytes = 2 * SubBlockBytes;
    public const int SubBlockBytes = 64;

    public const int FirstCodesAt = 0, SecondCodesAt = 8, ActivationsAt = 16, SumsAt = 24, TokensAt = 32, NibbleMaskAt = 40, CodeMaskAt = 44, NegatedOffsetAt = 48, PairMaskAt = 52, PairMaskOfIntAt = 56, PairShiftsAt = 64, FactorsAt = 128;
    public const int ScalesAt = FactorsAt, MinimaAt = FactorsAt + KindBytes, ZerosAt = FactorsAt + 2 * KindBytes;

    /// <summary>Codes of the panels, a byte each (512 bytes) or as nibbles (256); for one token's kernel the first is the panel itself.</summary>
    [FieldOffset(FirstCodesAt)] public byte* FirstCodes;
    [FieldOffset(SecondCodesAt)] public byte* SecondCodes;

    /// <summary>[tokens], <see cref="ActivationBlock"/> or, where there are two planes, <see cref="FineBlock"/>.</summary>
    [FieldOffset(ActivationsAt)] public void* Activations;

    /// <summary>[tokens, panel (2), row (16)]</summary>
    [FieldOffset(SumsAt)] public float* Sums;

    /// <summary>At least 1; for one token's kernel, blocks of 32 columns.</summary>
    [FieldOffset(TokensAt)] public long Tokens;

    /// <summary>0x0F in every byte.</summary>
    [FieldOffset(NibbleMaskAt)] public uint NibbleMask;

    /// <summary>The bits of one code: 15 or 255.</summary>
    [FieldOffset(CodeMaskAt)] public uint CodeMask;

    /// <summary>What is added to a code to have its value.</summary>
    [FieldOffset(NegatedOffsetAt)] public float NegatedOffset;

    /// <summary>0x30 in every byte: where the upper two of six bits belong.</summary>
    [FieldOffset(PairMaskAt)] public uint PairMask;

    /// <summary>0x30.</summary>
    [FieldOffset(PairMaskOfIntAt)] public uint PairMaskOfInt;

    /// <summary>0, 2, 4, 6: how far the pair of bits of each group of four columns stands up.</summary>
    [FieldOffset(PairShiftsAt)] public fixed int PairShifts[4];

    /// <summary>[panel (2), kind (3: scale, minimum, the weight whose code is 0), sub-block (2), row (16)]</summary>
    [FieldOffset(FactorsAt)] public fixed float Factors[2 * PanelBytes / sizeof(float)];
}
