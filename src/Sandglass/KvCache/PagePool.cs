using System.Runtime.InteropServices;

namespace Sandglass.KvCache;

/// <summary>Pages of native memory, handed out and taken back; knows nothing of sequences.</summary>
internal sealed unsafe class PagePool(CacheShape shape) : IDisposable
{
    // A vector load may reach up to 15 elements past a head whose width is no multiple of 16.
    private const int Margin = 64;

    private readonly Stack<nint> _free = new();

    ~PagePool() => FreeAll();

    /// <summary>The pages' shape.</summary>
    public CacheShape Shape { get; } = shape;

    /// <summary>Pages that are handed out.</summary>
    public int Held { get; private set; }

    /// <summary>A page with undefined content.</summary>
    public byte* Rent()
    {
        byte* page = _free.TryPop(out nint free) ? (byte*)free : (byte*)NativeMemory.AlignedAlloc((nuint)Shape.PageBytes + Margin, 64);
        Held++;
        return page;
    }

    /// <summary>Takes a page back.</summary>
    public void Return(byte* page)
    {
        _free.Push((nint)page);
        Held--;
    }

    /// <summary>Frees the pages that were returned; every sequence must have been disposed of before.</summary>
    public void Dispose()
    {
        FreeAll();
        GC.SuppressFinalize(this);
    }

    private void FreeAll()
    {
        while (_free.TryPop(out nint page))
            NativeMemory.AlignedFree((void*)page);
    }
}
