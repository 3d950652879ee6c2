namespace Sandglass.Kernels;

/// <summary>Memory for weights and cache: a few long stretches, in large pages where the system has them, freed together.</summary>
/// <param name="stretch">Minimum bytes of a stretch, where there are large pages: elsewhere a long one gains nothing, and plain memory costs from the start.</param>
internal sealed unsafe class PagedMemory(long stretch = 0) : IDisposable
{
    private const long PlainStretch = 1 << 20;
    private const long Alignment = 64;          // a cache line, and the widest vector
    private const long LargePage = 2 << 20;
    private const long Margin = 64;             // a vector load may reach past the last element

    private readonly long _stretch = SystemPages.HaveLarge ? stretch : Math.Min(stretch, PlainStretch);
    private readonly List<(nint Pages, long Bytes)> _stretches = [];
    private byte* _next, _end;

    ~PagedMemory() => Free();

    /// <summary>Zeroed memory, aligned to 64 bytes; valid until this is disposed of.</summary>
    /// <exception cref="OutOfMemoryException">The system has no more.</exception>
    public byte* Take(long bytes)
    {
        long needed = (bytes + Margin + Alignment - 1) & ~(Alignment - 1);
        if (_end - _next >= needed)
        {
            byte* taken = _next;
            _next += needed;
            return taken;
        }
        byte* from = Allocate(needed < _stretch / 2 ? _stretch : needed, out byte* end);
        if (needed < _stretch / 2)  // larger requests get their own stretch, and the last one continues to be filled
        {
            _next = from + needed;
            _end = end;
        }
        return from;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private byte* Allocate(long bytes, out byte* end)
    {
        bool large = bytes >= LargePage && SystemPages.HaveLarge;
        long asked = large ? (bytes + LargePage - 1) / LargePage * LargePage + LargePage : bytes;  // one more page, for alignment
        byte* pages = (byte*)SystemPages.TryAllocate((nuint)asked);
        if (pages == null) throw new OutOfMemoryException($"No memory for another {bytes} bytes.");
        _stretches.Add(((nint)pages, asked));
        end = pages + asked;
        if (!large) return pages;
        SystemPages.PreferLarge(pages, (nuint)asked);
        return (byte*)(((nint)pages + LargePage - 1) & ~(nint)(LargePage - 1));
    }

    private void Free()
    {
        foreach ((nint pages, long bytes) in _stretches)
            SystemPages.Free((void*)pages, (nuint)bytes);
        _stretches.Clear();
        _next = _end = null;
    }
}
