using System.Runtime.InteropServices;

namespace Sandglass.Kernels.MachineCode;

/// <summary>Memory whose bytes are run as instructions: written first, then made executable and no longer writable.</summary>
internal static unsafe partial class ExecutableMemory
{
    private const int ReadWrite = 3, ReadExecute = 5;                                           // PROT_*
    private const uint Commit = 0x3000, PageReadWrite = 0x04, PageExecuteRead = 0x20;           // MEM_COMMIT | MEM_RESERVE, PAGE_*

    /// <summary>Where the code lies for the rest of the process; null where the system forbids it.</summary>
    public static void* Place(ReadOnlySpan<byte> code)
    {
        try
        {
            return OperatingSystem.IsWindows() ? PlaceOnWindows(code) : PlaceOnUnix(code);
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    private static void* PlaceOnUnix(ReadOnlySpan<byte> code)
    {
        int privateAnonymous = OperatingSystem.IsLinux() ? 0x22 : 0x1002;                       // MAP_PRIVATE | MAP_ANONYMOUS
        void* memory = Map(null, (nuint)code.Length, ReadWrite, privateAnonymous, -1, 0);
        if ((nint)memory == -1) return null;
        code.CopyTo(new Span<byte>(memory, code.Length));
        if (Protect(memory, (nuint)code.Length, ReadExecute) == 0) return memory;

        Unmap(memory, (nuint)code.Length);
        return null;
    }

    private static void* PlaceOnWindows(ReadOnlySpan<byte> code)
    {
        void* memory = VirtualAlloc(null, (nuint)code.Length, Commit, PageReadWrite);
        if (memory == null) return null;
        code.CopyTo(new Span<byte>(memory, code.Length));
        return VirtualProtect(memory, (nuint)code.Length, PageExecuteRead, out _) != 0 ? memory : null;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);

    [LibraryImport("kernel32")]
    private static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32")]
    private static partial int VirtualProtect(void* address, nuint size, uint protection, out uint before);
}
