using Sandglass.Kernels;

namespace Sandglass.KvCache;

/// <summary>Pages of memory for keys and values, handed out, shared and taken back; knows nothing of sequences. For the engine's thread alone.</summary>
/// <remarks>
/// Pages that have a name stay when no sequence holds them any more, for texts that begin with the same tokens, until they are needed, or older than
/// <see cref="KeptFor"/>: the least recently used go first. Then, and where pages without a name have been free as long, their memory goes back to the system.
/// </remarks>
/// <param name="shape">The pages' shape.</param>
/// <param name="budget">Bytes that the pages may take together.</param>
/// <param name="model">Whose keys and values they are, and how they are computed: part of every name.</param>
/// <param name="idle">Bytes that named pages which no sequence holds may take.</param>
internal sealed unsafe class PagePool(CacheShape shape, long budget = long.MaxValue, string model = "", long idle = long.MaxValue) : IDisposable
{
    /// <summary>How long pages that no sequence holds keep their memory.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(5);

    private const long StretchBytes = 8 << 20;

    private readonly PagedMemory _memory = new(StretchBytes);
    private readonly LinkedList<PageSet> _free = new();     // without a name, the longest free first
    private readonly Stack<PageSet> _discarded = new();     // free, and their memory is the system's until they are written
    private readonly Dictionary<PrefixHash, PageSet> _named = [];
    private readonly LinkedList<PageSet> _idle = new();     // named and held by no sequence, the least recently used first
    private long _made;
    private TimeSpan _now;
    private readonly Stack<WrittenSet> _bare = new();       // without memory
    private readonly long _mostIdle = idle / shape.SetBytes;

    /// <summary>The pages' shape.</summary>
    public CacheShape Shape { get; } = shape;

    /// <summary>Page sets whose memory <see cref="RentWritten"/> takes.</summary>
    public int WrittenSets { get; } = shape.WrittenSets;

    /// <summary>
    /// Pages that are handed out, those of all layers; one that several sequences share counts once. Those are included whose memory holds what is being
    /// written.
    /// </summary>
    public int Held { get; private set; }

    /// <summary>Pages that no sequence holds and that are kept for texts with the same beginning.</summary>
    public int Kept => _idle.Count * Shape.Layers;

    /// <summary>Tokens of texts that looked for pages of their beginnings; each text counts once. Both counts may be read from any thread.</summary>
    public long PrefixQueriedTokens { get; private set; }

    /// <summary>Those of them whose pages were found.</summary>
    public long PrefixHitTokens { get; private set; }

    /// <summary>The prefix hash before a text's first page.</summary>
    public PrefixHash Beginning { get; } = PrefixHash.Beginning(model, shape);

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
        PageSet? pages = _free.Last?.Value;
        if (pages is not null) _free.RemoveLast();
        else if (!_discarded.TryPop(out pages)) pages = _made < Capacity ? Make() : Evict();
        pages.References = 1;
        Held += Shape.Layers;
        return pages;
    }

    /// <summary>Room for the pages of all layers as they are written, with undefined content.</summary>
    /// <exception cref="KvCacheException">The budget is spent.</exception>
    /// <exception cref="OutOfMemoryException">The system has no more.</exception>
    public WrittenSet RentWritten()
    {
        if (Room < WrittenSets) throw new KvCacheException("cache-full", Budget);
        if (!_bare.TryPop(out WrittenSet? written)) written = new WrittenSet(Shape);
        int rented = 0;
        try
        {
            for (; rented < WrittenSets; rented++) written.Memory[rented] = Rent();
        }
        catch
        {
            foreach (PageSet memory in written.Memory[..rented]) Return(memory);
            throw;
        }
        written.LayOut();
        return written;
    }

    /// <summary>Takes back the memory that pages were written into.</summary>
    public void Return(WrittenSet written)
    {
        foreach (PageSet memory in written.Memory) Return(memory);
        _bare.Push(written);
    }

    /// <summary>One more sequence holds them.</summary>
    public static void Share(PageSet pages) => pages.References++;

    /// <summary>One sequence fewer holds them; the last one gives them back.</summary>
    public void Return(PageSet pages)
    {
        if (--pages.References > 0) return;
        Held -= Shape.Layers;
        pages.Returned = _now;
        if (pages.Name is null) _free.AddLast(pages.Place);
        else _idle.AddLast(pages.Place);
        if (_idle.Count > _mostIdle) Discard(Evict());
    }

    /// <summary>Whether <see cref="Age"/> will find something sooner or later.</summary>
    public bool KeepsMemory => _free.Count + _idle.Count > 0;

    /// <summary>Pages whose memory is the system's until they are rented again.</summary>
    public int Discarded => _discarded.Count * Shape.Layers;

    /// <summary>Gives the system the memory of pages that no sequence has held for long.</summary>
    /// <param name="now">By any clock; what is returned until the next call is returned now.</param>
    public void Age(TimeSpan now)
    {
        _now = now;
        while (_idle.First is { } oldest && now - oldest.Value.Returned >= KeptFor) Discard(Evict());
        while (_free.First is { } oldest && now - oldest.Value.Returned >= KeptFor)
        {
            _free.RemoveFirst();
            Discard(oldest.Value);
        }
    }

    private void Discard(PageSet pages)
    {
        SystemPages.Discard(pages.Page(0), (nuint)Shape.SetMemory);
        _discarded.Push(pages);
    }

    /// <summary>Registers full pages under their prefix hash; where others have it already, these stay unnamed.</summary>
    public void RegisterPrefix(PageSet pages, PrefixHash name)
    {
        if (pages.Name is null && _named.TryAdd(name, pages)) pages.Name = name;
    }

    /// <summary>The pages of this prefix hash, held once more; null where none are registered, or they are gone.</summary>
    public PageSet? Find(PrefixHash name)
    {
        if (!_named.TryGetValue(name, out PageSet? pages)) return null;
        if (pages.References++ == 0)
        {
            _idle.Remove(pages.Place);
            Held += Shape.Layers;
        }
        return pages;
    }

    /// <summary>Counts a text that looked for its beginning.</summary>
    public void CountPrefix(int queriedTokens, int hitTokens) =>
        (PrefixQueriedTokens, PrefixHitTokens) = (PrefixQueriedTokens + queriedTokens, PrefixHitTokens + hitTokens);

    private PageSet Make()
    {
        try
        {
            PageSet pages = new(_memory.Take(Shape.SetMemory), Shape.PageStride);
            _made++;
            return pages;
        }
        catch (OutOfMemoryException) when (_idle.Count > 0)
        {
            return Evict();
        }
    }

    /// <summary>The least recently used of those that no sequence holds; its name is free again.</summary>
    private PageSet Evict()
    {
        PageSet pages = _idle.First!.Value;
        _idle.RemoveFirst();
        _named.Remove(pages.Name!.Value);
        pages.Name = null;
        return pages;
    }

    /// <summary>Frees all pages; every sequence must have been disposed of before.</summary>
    public void Dispose() => _memory.Dispose();
}
