namespace Sandglass.Kernels;

/// <summary>Where weights and cache lie: few long stretches of memory, in large pages where the system has them. All is freed together.</summary>
/// <param name="stretch">Bytes of a stretch at least.</param>
internal sealed unsafe class PagedMemory(long stretch = 0) : IDisposable
{
    private const long Alignment = 64;          // a cache line, and the widest vector
    private const long LargePage = 2 << 20;
    private const long Margin = 64;             // a vector load may reach past the last element

    private readonly List<(nint Pages, long Bytes)> _stretches = [];
    private byte* _next, _end;

    ~PagedMemory() => Free();

    /// <summary>Zeros, on a border of 64 bytes; good until this is disposed of.</summary>
    /// <exception cref="OutOfMemoryException">The system has no more.</exception>
    public byte* Take(long bytes)
    {
        long needed = (bytes + Margin + Alignment - 1) & ~(Alignment - 1);
        if (_end - _next < needed) Stretch(Math.Max(needed, stretch));
        byte* taken = _next;
        _next += needed;
        return taken;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Stretch(long bytes)
    {
        bool large = bytes >= LargePage;
        long asked = large ? (bytes + LargePage - 1) / LargePage * LargePage + LargePage : bytes;  // one more, to begin at a border
        byte* pages = (byte*)SystemPages.TryAllocate((nuint)asked);
        if (pages == null) throw new OutOfMemoryException($"No memory for another {bytes} bytes.");
        _stretches.Add(((nint)pages, asked));
        if (large)
        {
            SystemPages.PreferLarge(pages, (nuint)asked);
            _next = (byte*)(((nint)pages + LargePage - 1) & ~(nint)(LargePage - 1));
        }
        else
        {
            _next = pages;
        }
        _end = pages + asked;
    }

    private void Free()
    {
        foreach ((nint pages, long bytes) in _stretches)
            SystemPages.Free((void*)pages, (nuint)bytes);
        _stretches.Clear();
        _next = _end = null;
    }
}
