using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sandglass.Kernels.MachineCode;

namespace Sandglass.Kernels;

/// <summary>
/// Panels of a quantised type multiplied by machine code: few tokens with all columns of a panel, or a tile of many tokens with two panels at once.
/// Everything else is left to the vector kernels.
/// </summary>
internal sealed unsafe partial class ByteDotPanels<TFormat, TCodes>
    : VectorQuantizedPanels<TFormat, TCodes, Lanes512, Vector512<float>, Vector512<int>, Vector512<byte>>
    where TFormat : struct, IFormat
    where TCodes : struct, ICodes
{
    private const int MostFewTokens = ByteDotCode.MostFewTokens;
    private const int MostCalls = 2; // of kernels for few tokens; more tokens form a tile of two panels
    private const int WeightsKeptFrom = 72; // tokens: from here on it pays to dequantise 32 columns of two panels once, from which each token takes its own

    private static readonly ByteDotShape Shape = new(TCodes.Bits == 4 ? 4 : 8, TFormat.SubBlocks, TFormat.HasMinimum, TFormat.Offset);

    private ByteDotPanels(TensorType type)
        : base(type) { }

    /// <summary>Panels that use machine code, or null where it is unavailable.</summary>
    public static Panels? TryCreate(TensorType type) => FastKernels.Exist ? new ByteDotPanels<TFormat, TCodes>(type) : null;

    public override void MultiplyFast(byte* panel, long panelBytes, int count, int columns, ActivationBlock* activations, int stride, int tokens, float* sums)
    {
        // As even as possible: 13 tokens are 7 and 6.
        int calls = (tokens + MostFewTokens - 1) / MostFewTokens, some = (tokens + calls - 1) / calls;
        if ((calls > MostCalls && count > 1) || (FastKernels.Few(some) is var few && few == null))
        {
            if (tokens == 1 || count == 1) base.MultiplyFast(panel, panelBytes, count, columns, activations, stride, tokens, sums);
            else MultiplyTile(FastKernels.Tile(tokens), panel, panelBytes, columns, activations, stride * sizeof(ActivationBlock), tokens, sums);
            return;
        }
        MultiplyFew(few, panel, panelBytes, count, columns, activations, stride * sizeof(ActivationBlock), sums);
        if (calls > 1) MultiplyFast(panel, panelBytes, count, columns, activations + some, stride, tokens - some, sums + some * count * Rows);
    }

    /// <summary>Few tokens: one call per panel.</summary>
    [SkipLocalsInit]
    private static void MultiplyFew(
        delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> multiply,
        byte* panel, long panelBytes, int count, int columns, void* activations, int strideBytes, float* sums)
    {
        byte* memory = stackalloc byte[sizeof(ByteDotBlock) + 64];
        ByteDotBlock* block = Begin(memory, activations);
        block->ActivationStride = strideBytes;
        block->SumStride = count * Rows * sizeof(float);
        block->Tokens = columns / TFormat.Columns;
        for (int i = 0; i < count; i++)
        {
            block->FirstCodes = panel + i * panelBytes;
            block->Sums = sums + i * Rows;
            multiply(block);
        }
    }

    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTile(
        delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> multiply,
        byte* panel, long panelBytes, int columns, void* activations, int strideBytes, int tokens, float* sums)
    {
        byte* memory = stackalloc byte[sizeof(ByteDotBlock) + 64];
        ByteDotBlock* block = Begin(memory, activations);
        block->Sums = sums;
        block->Tokens = tokens;
        byte* scratch = block->Codes;
        block->FirstCodes = scratch;
        block->SecondCodes = scratch + ByteDotBlock.CodesBytes;
        bool asTheyLie = TCodes.Bits is 4 or 8;

        byte* header = panel, codes = panel + TFormat.HeaderBytes;
        int part = 0; // index of 32 columns within the header's
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
                Unpack(codes + panelBytes, scratch + ByteDotBlock.CodesBytes);
            }
            block->Activations = (byte*)activations + (long)i * strideBytes;
            byte* next = codes + TCodes.Bytes;
            int nextBytes = TCodes.Bytes + (part == TFormat.Columns / 32 - 1 ? TFormat.HeaderBytes : 0);
            Fetch(next, nextBytes);
            Fetch(next + panelBytes, nextBytes);
            multiply(block);

            Advance(ref header, ref codes, ref part);
        }
    }

    /// <summary>
    /// Prefetches the next columns' weights: with a load every few thousand cycles the hardware does not. 1.06 times as fast, Q4_0 from memory.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(byte* from, int bytes)
    {
        for (int i = 0; i < bytes; i += 64)
            Sse.Prefetch0(from + i);
    }

    /// <summary>The arguments of every kernel, aligned to 64 bytes as it requires.</summary>
    private static ByteDotBlock* Begin(byte* memory, void* activations)
    {
        ByteDotBlock* block = (ByteDotBlock*)(((nuint)memory + 63) & ~(nuint)63);
        block->Activations = activations;
        block->NibbleMask = 0x0F0F_0F0F;
        block->PairMask = 0x0303_0303;
        block->SixMask = 0x3F3F_3F3F;
        block->UpperMask = TCodes.Bits == 3 ? 0x0404_0404u : 0x1010_1010;
        block->UpperSubBlock[0] = 0;
        block->UpperSubBlock[4] = uint.MaxValue;
        block->CodeMask = TCodes.Bits switch { 4 => 15, 6 => 63, _ => 255 };
        block->NegatedOffset = -TFormat.Offset;
        return block;
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

    // Created at first use, one for all matrices of a type.
    private static class FastKernels
    {
        private static readonly delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> SmallTile = ByteDotKernels.For(Shape);
        private static readonly delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> LargeTile =
            ByteDotKernels.For(Shape with { WeightsKept = true });

        private static readonly nint[] Made = new nint[MostFewTokens + 1];

        /// <summary>Whether kernels are available.</summary>
        public static bool Exist => SmallTile != null && LargeTile != null;

        /// <summary>The kernel for a tile of this many tokens.</summary>
        public static delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> Tile(int tokens) => tokens < WeightsKeptFrom ? SmallTile : LargeTile;

        /// <summary>The kernel for this many tokens; null where there is none.</summary>
        public static delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void> Few(int tokens)
        {
            if (Made[tokens] == 0) Made[tokens] = (nint)ByteDotKernels.For(Shape with { Bits = TCodes.Bits, Tokens = tokens, Columns = TFormat.Columns });
            return (delegate* unmanaged[SuppressGCTransition]<ByteDotBlock*, void>)Made[tokens];
        }
    }
}
