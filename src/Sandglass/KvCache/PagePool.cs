using Sandglass.Kernels;

namespace Sandglass.KvCache;

/// <summary>Pages of memory for keys and values, handed out, shared and taken back; knows nothing of sequences. For the engine's thread alone.</summary>
/// <remarks>
/// Pages that have a name stay when no sequence holds them any more, for texts that begin with the same tokens, until they are needed, or older than
/// <see cref="KeptFor"/>: the least recently used go first. Pages without a name are free, and their memory is for whoever rents next: memory of the system's
/// costs faults and is cleared first, so it gets theirs back only after <see cref="FreeFor"/>.
/// <para>
/// Where several pools have one budget (<see cref="SharedCache"/>), a pool has what is its own and what it was lent: <see cref="Capacity"/> grows when it needs
/// more and there is some, and shrinks when it gives back. What counts is memory that it has, whether a sequence holds the pages or not; not what it has
/// returned to the system.
/// </para>
/// </remarks>
/// <param name="shape">The pages' shape.</param>
/// <param name="budget">Bytes that the pages may always take together.</param>
/// <param name="model">Whose keys and values they are, and how they are computed: part of every name.</param>
/// <param name="idle">Bytes that named pages which no sequence holds may take.</param>
/// <param name="part">Where more comes from; null for no more.</param>
internal sealed unsafe class PagePool(
    CacheShape shape, long budget = long.MaxValue, string model = "", long idle = long.MaxValue, CachePart? part = null) : IDisposable
{
    /// <summary>How long pages that have a name and that no sequence holds are kept.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(5);

    /// <summary>How long free pages keep their memory.</summary>
    public static readonly TimeSpan FreeFor = TimeSpan.FromMinutes(1);

    private const long StretchBytes = 8 << 20;
    private const int MostGiven = 64;       // page sets that it gives others, or the system, at once: the engine's step waits

    private readonly PagedMemory _memory = new(StretchBytes);
    private readonly LinkedList<PageSet> _free = new();     // without a name, the longest free first
    private readonly Stack<PageSet> _discarded = new();     // free, and their memory is the system's until they are written
    private readonly Dictionary<PrefixHash, PageSet> _named = [];
    private readonly LinkedList<PageSet> _idle = new();     // named and held by no sequence, the least recently used first
    private long _made;
    private TimeSpan _now;
    private readonly Stack<WrittenSet> _bare = new();       // without memory
    private readonly long _mostIdle = idle / shape.SetBytes;
    private long _asked;                                    // page sets that it asks others for

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

    /// <summary>Bytes that the pages may always take together.</summary>
    public long Budget { get; } = budget;

    /// <summary>Page sets that are always its own.</summary>
    public long Floor { get; } = budget / shape.SetBytes;

    /// <summary>Page sets that it may have: its own, and those that it was lent.</summary>
    public long Capacity { get; private set; } = budget / shape.SetBytes;

    /// <summary>Page sets that it could have by now, with what others could lend; from any thread.</summary>
    public long Reachable => part is null ? Capacity : part.Shared.Reachable(part) / Shape.SetBytes;

    /// <summary>Page sets that could be rented by now, with what others could lend; from any thread.</summary>
    public long RoomInReach => Reachable - Held / Shape.Layers;

    /// <summary>Page sets that it could have if no other had more than its own; from any thread.</summary>
    public long Most => part is null ? Capacity : part.Shared.Most(part) / Shape.SetBytes;

    /// <summary>Whether others may lend it some.</summary>
    public bool IsShared => part is not null;

    /// <summary>Whether it waits for what others have.</summary>
    public bool Asks => part?.Wanted > 0;

    /// <summary>Page sets that may still be rented.</summary>
    public long Room => Capacity - Held / Shape.Layers;

    private long Resident => _made - _discarded.Count;

    /// <summary>Whether so many page sets may be rented; taken, if need be, from what is common and free.</summary>
    /// <param name="sets">How many.</param>
    /// <param name="isUrgent">Whether they are for a text that runs; else models that have waited longer come first.</param>
    public bool HasRoom(long sets, bool isUrgent = true) => sets <= Room || TryGrow(sets - Room, isUrgent);

    /// <summary>Remembers that it lacks page sets, for <see cref="Tell"/>: the most of what it was told of counts.</summary>
    public void Ask(long sets) => _asked = Math.Max(_asked, sets);

    /// <summary>Tells the other pools what was asked for since the last call, be it nothing.</summary>
    public void Tell()
    {
        if (part is null || (_asked == 0 && part.Wanted == 0)) return;
        part.Shared.Want(part, Math.Clamp(_asked, 0, Math.Max(0, Most - Capacity)) * Shape.SetBytes);
        _asked = 0;
    }

    /// <summary>Page sets that other pools wait for and that this one is to give back, if it has some.</summary>
    public long Owed => part is { Shared.IsAsked: true } ? (part.Shared.Owed(part) + Shape.SetBytes - 1) / Shape.SetBytes : 0;

    /// <summary>Gives back page sets that are not its own and that no sequence holds: first those without memory or name, then the least recently
    /// used.</summary>
    /// <param name="sets">How many.</param>
    /// <param name="keep">How many, beside those that are held, it needs itself.</param>
    /// <returns>Whether it could give more: it does so in pieces.</returns>
    public bool Give(long sets, long keep)
    {
        long most = Math.Min(sets, Capacity - Math.Max(Floor, Held / Shape.Layers + keep)), now = Math.Min(most, MostGiven);
        if (now <= 0) return false;
        for (long i = 0; i < now; i++, Capacity--)
            if (Resident == Capacity) Drop(TakeFree() ?? Evict());
        part!.Shared.Give(part, now * Shape.SetBytes);
        return most > now;
    }

    /// <summary>Joins those with whom it has one budget.</summary>
    public void Join()
    {
        if (part is null) return;
        part.Held = () => Held / Shape.Layers * Shape.SetBytes;
        part.Shared.Join(part);
    }

    /// <summary>Pages with undefined content, one of each layer, held once.</summary>
    /// <exception cref="KvCacheException">The budget is spent.</exception>
    /// <exception cref="OutOfMemoryException">The system has no more.</exception>
    public PageSet Rent()
    {
        if (Room <= 0) throw new KvCacheException("cache-full", Budget);
        PageSet? pages = _free.Last?.Value;
        if (pages is not null) _free.RemoveLast();
        else if (Resident == Capacity && !TryGrow(1, isUrgent: false)) pages = Evict();
        else if (!_discarded.TryPop(out pages)) pages = Make();
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
        if (pages.Name is null) Free(pages);
        else
        {
            pages.Returned = _now;
            _idle.AddLast(pages.Place);
            if (_idle.Count > _mostIdle) Free(Evict());
        }
    }

    private void Free(PageSet pages)
    {
        pages.Returned = _now;
        _free.AddLast(pages.Place);
    }

    /// <summary>Whether <see cref="Age"/> will find something sooner or later.</summary>
    public bool KeepsMemory => _free.Count + _idle.Count > 0;

    /// <summary>Pages whose memory is the system's until they are rented again.</summary>
    public int Discarded => _discarded.Count * Shape.Layers;

    /// <summary>Gives the system the memory of pages that no sequence has held for long, in pieces.</summary>
    /// <param name="now">By any clock; what is returned until the next call is returned now.</param>
    public void Age(TimeSpan now)
    {
        _now = now;
        int left = MostGiven;
        for (; left > 0 && _idle.First is { } oldest && now - oldest.Value.Returned >= KeptFor; left--) Discard(Evict());
        for (; left > 0 && _free.First is { } oldest && now - oldest.Value.Returned >= FreeFor; left--) Discard(TakeFree()!);
    }

    /// <summary>Gives the memory back: to the system, and what it was lent to the others.</summary>
    private void Discard(PageSet pages)
    {
        Drop(pages);
        if (part is null || Capacity <= Floor) return;
        Capacity--;
        part.Shared.Give(part, Shape.SetBytes);
    }

    private void Drop(PageSet pages)
    {
        SystemPages.Discard(pages.Page(0), (nuint)Shape.SetMemory);
        _discarded.Push(pages);
    }

    private PageSet? TakeFree()
    {
        if (_free.First?.Value is not PageSet pages) return null;
        _free.RemoveFirst();
        return pages;
    }

    private bool TryGrow(long sets, bool isUrgent)
    {
        if (part is null || !part.Shared.TryTake(part, sets * Shape.SetBytes, isUrgent)) return false;
        Capacity += sets;
        return true;
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
    public void Dispose()
    {
        _memory.Dispose();
        part?.Shared.Leave(part);
    }
}
