using System.Runtime.InteropServices;

namespace Sandglass.Kernels;

/// <summary>Memory pages directly from the system, for what its allocators do not offer: large pages and code. Where it has no pages to give, plain
/// memory.</summary>
internal static unsafe partial class SystemPages
{
    private const int ReadWrite = 3, ReadExecute = 5;                                           // PROT_*
    private const int LargePages = 14, DoNotNeed = 4, MayBeFreed = 5;                           // MADV_HUGEPAGE, MADV_DONTNEED, MADV_FREE
    // MEM_COMMIT | MEM_RESERVE, MEM_RELEASE, MEM_RESET, PAGE_*
    private const uint Commit = 0x3000, Release = 0x8000, Reset = 0x80000, PageReadWrite = 4, PageExecuteRead = 0x20;

    /// <summary>Zeroed pages, readable and writable; null where the system has none.</summary>
    public static void* TryAllocate(nuint bytes)
    {
        if (!Host.HasPages) return TryAllocatePlain(bytes);
        if (OperatingSystem.IsWindows()) return VirtualAlloc(null, bytes, Commit, PageReadWrite);
        int privateAnonymous = OperatingSystem.IsLinux() ? 0x22 : 0x1002;                       // MAP_PRIVATE | MAP_ANONYMOUS
        void* pages = Map(null, bytes, ReadWrite, privateAnonymous, -1, 0);
        return (nint)pages == -1 ? null : pages;
    }

    /// <summary>Frees pages from <see cref="TryAllocate"/>.</summary>
    public static void Free(void* pages, nuint bytes)
    {
        if (!Host.HasPages) NativeMemory.AlignedFree(pages);
        else if (OperatingSystem.IsWindows()) VirtualFree(pages, 0, Release);
        else Unmap(pages, bytes);
    }

    /// <summary>Returns the memory of whole pages inside a range to the system while the range stays reserved: its content is undefined afterwards.</summary>
    public static void Discard(void* from, nuint bytes)
    {
        if (!Host.HasPages) return;
        nuint page = (nuint)Environment.SystemPageSize, first = ((nuint)from + page - 1) / page * page, end = ((nuint)from + bytes) / page * page;
        if (end <= first) return;
        if (OperatingSystem.IsWindows()) VirtualAlloc((void*)first, end - first, Reset, PageReadWrite);
        else Advise((void*)first, end - first, OperatingSystem.IsLinux() ? DoNotNeed : MayBeFreed);
    }

    /// <summary>Requests large pages (2 MB on x86-64): a stream through memory then crosses 512 times fewer page borders. The system may decline.</summary>
    public static void PreferLarge(void* pages, nuint bytes)
    {
        if (OperatingSystem.IsLinux()) Advise(pages, bytes, LargePages);
    }

    /// <summary>Whether long stretches should begin where a large page may.</summary>
    public static bool HaveLarge => Host.HasPages;

    /// <summary>Makes pages executable and read-only; false where the system forbids it.</summary>
    public static bool TryMakeExecutable(void* pages, nuint bytes) =>
        OperatingSystem.IsWindows() ? VirtualProtect(pages, bytes, PageExecuteRead, out _) != 0 : Protect(pages, bytes, ReadExecute) == 0;

    private static void* TryAllocatePlain(nuint bytes)
    {
        try
        {
            void* memory = NativeMemory.AlignedAlloc(bytes, 64);    // a cache line, and the widest vector
            NativeMemory.Clear(memory, bytes);
            return memory;
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);

    [LibraryImport("kernel32")]
    private static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32")]
    private static partial int VirtualFree(void* address, nuint size, uint type);

    [LibraryImport("kernel32")]
    private static partial int VirtualProtect(void* address, nuint size, uint protection, out uint before);
}
