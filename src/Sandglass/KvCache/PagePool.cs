using Sandglass.Kernels;

namespace Sandglass.KvCache;

/// <summary>Pages of memory for keys and values, handed out and taken back; knows nothing of sequences.</summary>
internal sealed unsafe class PagePool(CacheShape shape) : IDisposable
{
    private const long StretchBytes = 8 << 20;

    private readonly PagedMemory _memory = new(StretchBytes);
    private readonly Stack<nint> _free = new();

    /// <summary>The pages' shape.</summary>
    public CacheShape Shape { get; } = shape;

    /// <summary>Pages that are handed out.</summary>
    public int Held { get; private set; }

    /// <summary>A page with undefined content.</summary>
    public byte* Rent()
    {
        byte* page = _free.TryPop(out nint free) ? (byte*)free : _memory.Take(Shape.PageBytes);
        Held++;
        return page;
    }

    /// <summary>Takes a page back.</summary>
    public void Return(byte* page)
    {
        _free.Push((nint)page);
        Held--;
    }

    /// <summary>Frees all pages; every sequence must have been disposed of before.</summary>
    public void Dispose() => _memory.Dispose();
}
