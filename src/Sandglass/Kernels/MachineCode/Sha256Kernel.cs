using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Sandglass.Kernels.MachineCode;

/// <summary>SHA-256's blocks with the processor's SHA instructions, which .NET 10 lacks; several times as fast as <see cref="Sha256.Plain"/>.</summary>
internal static unsafe class Sha256Kernel
{
    private const int BlocksAtOnce = 4096;  // about 0.1 ms, during which no garbage collection can start

    private static readonly Lazy<nint> Made = new(Make);

    /// <summary>Adds blocks to the state; false, with nothing done, where this process has no such kernel.</summary>
    /// <param name="state">[8]</param>
    /// <param name="blocks">[count, 64]</param>
    public static bool TryCompress(uint* state, byte* blocks, int count)
    {
        var kernel = (delegate* unmanaged[SuppressGCTransition]<Sha256Block*, void>)Made.Value;
        if (kernel == null) return false;

        Sha256Block block;
        (block.Abef[0], block.Abef[1], block.Abef[2], block.Abef[3]) = (state[5], state[4], state[1], state[0]);
        (block.Cdgh[0], block.Cdgh[1], block.Cdgh[2], block.Cdgh[3]) = (state[7], state[6], state[3], state[2]);
        block.Constants = (uint*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Sha256.Constants));    // part of the program image: it does not move
        for (int done = 0; done < count; done += BlocksAtOnce)
        {
            block.Data = blocks + (long)done * Sha256.BlockBytes;
            block.Count = Math.Min(BlocksAtOnce, count - done);
            kernel(&block);
        }
        (state[5], state[4], state[1], state[0]) = (block.Abef[0], block.Abef[1], block.Abef[2], block.Abef[3]);
        (state[7], state[6], state[3], state[2]) = (block.Cdgh[0], block.Cdgh[1], block.Cdgh[2], block.Cdgh[3]);
        return true;
    }

    private static nint Make()
    {
        // SHA: function 7, ebx, bit 29; everything else in the listing is older
        bool isAllowed = X86Base.X64.IsSupported && Ssse3.IsSupported && (X86Base.CpuId(7, 0).Ebx >> 29 & 1) != 0
            && Environment.GetEnvironmentVariable(ByteDotKernels.Variable) != "0";
        return isAllowed ? (nint)CodePages.TryPlace(Sha256Code.Write(argumentInRdi: !OperatingSystem.IsWindows())) : 0;
    }
}

/// <summary>Arguments of the kernel.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal unsafe struct Sha256Block
{
    /// <summary>[4]: f, e, b, a of the state, the order of the instructions.</summary>
    [FieldOffset(0)] public fixed uint Abef[4];

    /// <summary>[4]: h, g, d, c.</summary>
    [FieldOffset(16)] public fixed uint Cdgh[4];

    /// <summary>[<see cref="Count"/>, 64]</summary>
    [FieldOffset(32)] public byte* Data;

    /// <summary>Blocks of 64 bytes, at least one.</summary>
    [FieldOffset(40)] public long Count;

    /// <summary><see cref="Sha256.Constants"/></summary>
    [FieldOffset(48)] public uint* Constants;

    /// <summary>[4, 16]: the state before a block, and two registers that are callee-saved on Windows.</summary>
    [FieldOffset(64)] public fixed byte Kept[64];
}
