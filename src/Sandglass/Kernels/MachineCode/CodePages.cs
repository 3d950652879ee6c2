namespace Sandglass.Kernels.MachineCode;

/// <summary>Pages that hold a listing, ready to be called.</summary>
internal static unsafe class CodePages
{
    /// <summary>Address of the code, valid for the rest of the process; null where the system grants no such page.</summary>
    public static void* TryPlace(ReadOnlySpan<byte> code)
    {
        nuint bytes = (nuint)code.Length;
        void* pages = SystemPages.TryAllocate(bytes);
        if (pages == null) return null;
        code.CopyTo(new Span<byte>(pages, code.Length));
        if (SystemPages.TryMakeExecutable(pages, bytes)) return pages;
        SystemPages.Free(pages, bytes);
        return null;
    }
}
