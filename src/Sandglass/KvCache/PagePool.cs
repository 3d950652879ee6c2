using Sandglass.Kernels;

namespace Sandglass.KvCache;

/// <summary>Pages of memory for keys and values, handed out, shared and taken back; knows nothing of sequences. For the engine's thread alone.</summary>
/// <param name="shape">The pages' shape.</param>
/// <param name="budget">Bytes that the pages may take together.</param>
internal sealed unsafe class PagePool(CacheShape shape, long budget = long.MaxValue) : IDisposable
{
    private const long StretchBytes = 8 << 20;
    private const long Spare = 64; // behind each page, for vector loads that reach past its end; it also keeps pages off equal places in the processor's caches

    private readonly PagedMemory _memory = new(StretchBytes);
    private readonly Stack<PageSet> _free = new();
    private readonly long _stride = ((shape.PageBytes + 63) & ~63L) + Spare;

    /// <summary>The pages' shape.</summary>
    public CacheShape Shape { get; } = shape;

    /// <summary>Pages that are handed out, those of all layers; one that several sequences share counts once.</summary>
    public int Held { get; private set; }

    /// <summary>Bytes that the pages may take together.</summary>
    public long Budget { get; } = budget;

    /// <summary>Page sets within the budget.</summary>
    public long Capacity => Budget / Shape.SetBytes;

    /// <summary>Page sets that may still be rented.</summary>
    public long Room => Capacity - Held / Shape.Layers;

    /// <summary>Pages with undefined content, one of each layer, held once.</summary>
    /// <exception cref="KvCacheException">The budget is spent.</exception>
    /// <exception cref="OutOfMemoryException">The system has no more.</exception>
    public PageSet Rent()
    {
        if (Room <= 0) throw new KvCacheException("cache-full", Budget);
        if (!_free.TryPop(out PageSet? pages)) pages = new PageSet(_memory.Take(_stride * Shape.Layers), _stride);
        pages.References = 1;
        Held += Shape.Layers;
        return pages;
    }

    /// <summary>One more sequence holds them.</summary>
    public static void Share(PageSet pages) => pages.References++;

    /// <summary>One sequence fewer holds them; the last one gives them back.</summary>
    public void Return(PageSet pages)
    {
        if (--pages.References > 0) return;
        Held -= Shape.Layers;
        _free.Push(pages);
    }

    /// <summary>Frees all pages; every sequence must have been disposed of before.</summary>
    public void Dispose() => _memory.Dispose();
}
