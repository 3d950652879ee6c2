using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sandglass.Kernels.MachineCode;

namespace Sandglass.Kernels;

/// <summary>Panels of a quantised type where a tile of tokens goes through machine code, two panels at once; all else is the vector kernels'.</summary>
internal sealed unsafe partial class ByteDotPanels<TFormat, TCodes> : VectorQuantizedPanels<TFormat, TCodes, Lanes512, Vector512<float>, Vector512<int>, Vector512<byte>>
    where TFormat : struct, IFormat
    where TCodes : struct, ICodes
{
    private const int ScratchCodes = 512; // of one panel's 32 columns, where they do not lie in bytes or nibbles

    private static readonly ByteDotShape Shape = new(TCodes.Bits == 4, TFormat.SubBlocks, TFormat.HasMinimum, TFormat.Offset);

    private ByteDotPanels(TensorType type)
        : base(type) { }

    /// <summary>Panels that use machine code, or null where there is none to be had.</summary>
    public static Panels? TryCreate(TensorType type) => FastKernels.Tile == null ? null : new ByteDotPanels<TFormat, TCodes>(type);

    public override void MultiplyFast(byte* panel, long panelBytes, int count, int columns, ActivationBlock* activations, int stride, int tokens, float* sums)
    {
        if (tokens == 1 && stride == 1 && FastKernels.OneToken != null) MultiplyOne(FastKernels.OneToken, panel, panelBytes, count, columns, activations, sums);
        else if (tokens == 1 || count == 1) base.MultiplyFast(panel, panelBytes, count, columns, activations, stride, tokens, sums);
        else MultiplyTile(FastKernels.Tile, panel, panelBytes, columns, activations, stride * sizeof(ActivationBlock), tokens, sums);
    }

    /// <summary>Panels with one token, a call each.</summary>
    [SkipLocalsInit]
    private static void MultiplyOne(
        delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> multiply, byte* panel, long panelBytes, int count, int columns, void* activations, float* sums)
    {
        ByteDotBlock block;
        block.NibbleMask = 0x0F0F_0F0F;
        block.CodeMask = TCodes.Bits == 8 ? 255u : 15u;
        block.NegatedOffset = -TFormat.Offset;
        block.PairMask = 0x3030_3030;
        block.PairMaskOfInt = 0x30;
        for (int i = 0; i < 4; i++) block.PairShifts[i] = 2 * i;
        block.Activations = activations;
        block.Tokens = columns / TFormat.Columns;
        for (int i = 0; i < count; i++)
        {
            block.FirstCodes = panel + i * panelBytes;
            block.Sums = sums + i * Rows;
            multiply(&block);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTile(
        delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> multiply, byte* panel, long panelBytes, int columns, void* activations, int strideBytes, int tokens, float* sums)
    {
        byte* memory = stackalloc byte[sizeof(ByteDotBlock) + 2 * ScratchCodes + 64];
        ByteDotBlock* block = (ByteDotBlock*)(((nuint)memory + 63) & ~(nuint)63);
        byte* scratch = (byte*)(block + 1);
        bool asTheyLie = TCodes.Bits is 4 or 8;
        *block = new ByteDotBlock
        {
            FirstCodes = scratch,
            SecondCodes = scratch + ScratchCodes,
            Sums = sums,
            Tokens = tokens,
            NibbleMask = 0x0F0F_0F0F,
            CodeMask = TCodes.Bits == 4 ? 15u : 255u,
            NegatedOffset = -TFormat.Offset,
        };

        byte* header = panel, codes = panel + TFormat.HeaderBytes;
        int part = 0; // which 32 columns of the header's
        for (int i = 0; i < columns / 32; i++)
        {
            ReadFactors(header, part, block->Factors);
            ReadFactors(header + panelBytes, part, block->Factors + ByteDotBlock.PanelBytes / sizeof(float));
            if (asTheyLie)
            {
                block->FirstCodes = codes;
                block->SecondCodes = codes + panelBytes;
            }
            else
            {
                Unpack(codes, scratch);
                Unpack(codes + panelBytes, scratch + ScratchCodes);
            }
            block->Activations = (byte*)activations + (long)i * strideBytes;
            multiply(block);

            Advance(ref header, ref codes, ref part);
        }
    }

    /// <summary>Scales, minima and zeros of 32 columns, lane = row.</summary>
    /// <param name="to">[kind (3), sub-block (2), 16]</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadFactors(byte* header, int part, float* to)
    {
        for (int sub = 0; sub < TFormat.SubBlocks; sub++, to += ByteDotBlock.SubBlockBytes / sizeof(float))
        {
            int index = part * TFormat.SubBlocks + sub;
            Vector512<float> scale = TFormat.Scales<Lanes512, Vector512<float>, Vector512<int>, Vector512<byte>>(header, index), zero;
            if (TFormat.HasMinimum)
            {
                zero = TFormat.Minima<Lanes512, Vector512<float>, Vector512<int>, Vector512<byte>>(header, index);
                zero.Store(to + ByteDotBlock.KindBytes / sizeof(float));
            }
            else
            {
                zero = scale * Vector512.Create((float)-TFormat.Offset);
            }
            scale.Store(to);
            zero.Store(to + 2 * ByteDotBlock.KindBytes / sizeof(float));
        }
    }

    /// <summary>Codes as bytes: [group, row, column of the group].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Unpack(byte* codes, byte* to)
    {
        for (int group = 0; group < 8; group++)
            TCodes.Group<Lanes512, Vector512<float>, Vector512<int>, Vector512<byte>>(codes, group).Store(to + 64 * group);
    }

    // Made at first use, one for all matrices of a type.
    private static class FastKernels
    {
        public static readonly delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> Tile = ByteDotKernels.For(Shape);

        // The types that decode most, whose headers one token's kernel reads by itself.
        public static readonly delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> OneToken =
            typeof(TFormat) == typeof(FormatQ4_0) || typeof(TFormat) == typeof(FormatQ4_1) || typeof(TFormat) == typeof(FormatQ8_0) || typeof(TFormat) == typeof(FormatQ4_K) || typeof(TFormat) == typeof(FormatQ6_K)
                ? ByteDotKernels.For(Shape with { OneToken = true, Columns = TFormat.Columns, SixBits = TCodes.Bits == 6 })
                : null;
    }
}
