using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sandglass.Kernels;

namespace Sandglass.KvCache;

/// <summary>The keys and values of one sequence: for each layer a table of pages of 32 positions.</summary>
internal sealed unsafe class SequenceCache(PagePool pool) : IDisposable
{
    private const int KeysAtOnce = 256; // narrowed before they are spread over a page

    private readonly CacheShape _shape = pool.Shape;
    private byte** _tables;     // [layer, 2 (keys, values), capacity in pages]
    private PageSet?[] _sets = []; // [place]: whose pages the tables name; null where a page has left the window
    private int _capacity;      // places that a table has room for
    private int _pages;         // places in use
    private int _held;          // those of them that have pages
    private int _left;          // pages before this one have left the window; the sinks' stay
    private int _removed;       // places that tables have no longer, behind the sinks' spans: whole spans, all of them left
    private int _names;         // pages from the first on whose names are known
    private PageName _name = pool.Beginning; // the last one's

    ~SequenceCache() => NativeMemory.Free(_tables); // its pages are lost to the pool: whoever rents them disposes of them

    /// <summary>Positions whose keys and values are here, in all layers.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of the pages held, shared ones included.</summary>
    public long Bytes => (long)_held * _shape.Layers * _shape.PageBytes;

    /// <summary>Bytes of the pages that some hold together: those that they share count once.</summary>
    public static long BytesOf(IEnumerable<SequenceCache> caches)
    {
        HashSet<PageSet> sets = [];
        long setBytes = 0;
        foreach (SequenceCache cache in caches)
        {
            setBytes = cache._shape.Layers * cache._shape.PageBytes;
            foreach (PageSet? set in cache._sets.AsSpan(0, cache._pages))
                if (set is not null) sets.Add(set);
        }
        return sets.Count * setBytes;
    }

    /// <summary>The shape of the pages.</summary>
    public CacheShape Shape => _shape;

    /// <summary>Page sets that <see cref="Reserve"/> would rent.</summary>
    public int Lacking(int length) => Math.Max(0, CacheShape.PagesFor(length) - _removed - _pages);

    /// <summary>Positions that the tables have no longer: a page of a later position stands so much further to the front. Whole spans of attention, none of which is seen any more.</summary>
    public int RemovedPositions => _removed * CacheShape.PagePositions;

    private int SinkPages => CacheShape.PagesFor(_shape.Sinks);

    /// <summary>Places of the spans that hold sinks; one position more, so that what follows the last sink in the tables is never taken for its neighbour.</summary>
    private int SinkPlaces => _shape.Sinks == 0 ? 0 : (_shape.Sinks + AttentionTask.SpanPositions) / AttentionTask.SpanPositions * AttentionTile.PagesPerSpan;

    /// <summary>Whether <see cref="Reserve"/> stays within the budget.</summary>
    public bool HasRoom(int length) => Lacking(length) <= pool.Room;

    /// <summary>Where its pages come from.</summary>
    public PagePool Pool => pool;

    /// <summary>Makes room for positions up to <paramref name="length"/>, not yet counted in <see cref="Length"/>.</summary>
    public void Reserve(int length)
    {
        ReleaseLeft();
        int needed = CacheShape.PagesFor(length) - _removed;
        if (needed > _capacity) Grow(Math.Max(needed, 2 * _capacity));
        while (_pages < needed)
            Append(pool.Rent());
    }

    /// <summary>Gives back the pages that the next position's window has left, and takes their places from the tables, so that neither grows with the text. Positions so far are final then: none may be forgotten without all.</summary>
    public void ReleaseLeft()
    {
        int leaving = _shape.Window == 0 ? 0 : Math.Max(0, Length - _shape.Window + 1) / CacheShape.PagePositions;
        if (leaving <= Math.Max(_left, SinkPages)) return;
        for (int page = Math.Max(_left, SinkPages); page < leaving; page++)
        {
            int place = Place(page);
            pool.Return(_sets[place]!);
            Set(place, null);
            _held--;
        }
        _left = leaving;
        int removed = Math.Max(_removed, _left / AttentionTile.PagesPerSpan * AttentionTile.PagesPerSpan - SinkPlaces);
        if (removed > _removed) Remove(removed - _removed);
    }

    /// <summary>A second cache with the same positions: full pages are shared, the last, partial one is copied. From here on each goes its own way.</summary>
    /// <remarks>Where the budget has no page for the copy, the second ends with the last full page: what is missing is read again.</remarks>
    /// <exception cref="OutOfMemoryException">The system has no memory for the copy.</exception>
    public SequenceCache Fork()
    {
        int full = Length / CacheShape.PagePositions - _removed, needed = CacheShape.PagesFor(Length) - _removed;
        PageSet? copy = needed > full && pool.Room > 0 ? pool.Rent() : null;
        SequenceCache fork = new(pool);
        fork.Grow(Math.Max(needed, 1));
        for (int place = 0; place < full; place++)
        {
            if (_sets[place] is PageSet shared) PagePool.Share(shared);
            fork.Append(_sets[place]);
        }
        (fork._left, fork._removed) = (_left, _removed);
        if (copy is not null)
        {
            _sets[full]!.CopyTo(copy, _shape);
            fork.Append(copy);
        }
        (fork._names, fork._name) = (_names, _name);
        fork.Length = copy is null ? (full + _removed) * CacheShape.PagePositions : Length;
        return fork;
    }

    /// <summary>Begins with pages that somebody else has filled with the same tokens, as many as there are; for an empty cache.</summary>
    /// <param name="ids">The text. Its last token's page is never taken from others: that token has to go through the model.</param>
    /// <returns>Positions that are here now.</returns>
    public int Adopt(ReadOnlySpan<int> ids)
    {
        int most = (ids.Length - 1) / CacheShape.PagePositions;
        if (_pages > 0 || most <= 0) return 0;
        Grow(most);
        pool.Sought += most;
        for (; _names < most; _names++)
        {
            PageName next = _name.Next(ids[(_names * CacheShape.PagePositions)..]);
            if (pool.Find(next) is not PageSet found) break;
            Append(found);
            _name = next;
        }
        return Length = _pages * CacheShape.PagePositions;
    }

    /// <summary>Makes its full pages known, so that others with the same beginning can read them.</summary>
    /// <param name="ids">The tokens whose keys and values they are; positions behind these are not published.</param>
    public void Publish(ReadOnlySpan<int> ids)
    {
        for (int full = Math.Min(Length, ids.Length) / CacheShape.PagePositions; _names < full; _names++)
        {
            _name = _name.Next(ids[(_names * CacheShape.PagePositions)..]);
            if (_names < SinkPages || _names >= _left) pool.Publish(_sets[Place(_names)]!, _name);
        }
    }

    /// <summary>Says that all layers hold keys and values up to here.</summary>
    public void Commit(int length) => Length = length;

    /// <summary>Forgets positions from <paramref name="length"/> on and returns the pages that only they used.</summary>
    /// <remarks>Where that cuts a shared page and the budget has none for a copy, the whole page is forgotten, and everything where the positions before have left the window: <see cref="Length"/> tells.</remarks>
    public void Truncate(int length)
    {
        if (length < Length && _left > Math.Max(0, length - _shape.Window + 1) / CacheShape.PagePositions) length = 0;   // what it would see has left
        Length = Math.Min(Length, length);
        if (length == 0) (_left, _removed) = (0, 0);
        for (int keep = CacheShape.PagesFor(length) - _removed; _pages > keep; _pages--)
        {
            if (_sets[_pages - 1] is not PageSet returned) continue;
            pool.Return(returned);
            _held--;
        }
        OwnLastPage();
        if (_names > Length / CacheShape.PagePositions) (_names, _name) = (0, pool.Beginning); // told anew from the first
    }

    /// <summary>One layer's key pages, each [kvHead, keyDim, 32]; null where a page has left the window, and see <see cref="RemovedPositions"/>.</summary>
    public byte** KeyPages(int layer) => _tables + 2L * layer * _capacity;

    /// <summary>One layer's value pages, each [kvHead, 32, valueDim].</summary>
    public byte** ValuePages(int layer) => _tables + (2L * layer + 1) * _capacity;

    /// <summary>Stores one position's keys and values of one layer; different positions may be written at the same time.</summary>
    /// <param name="keys">[kvHead, keyDim]</param>
    /// <param name="values">[kvHead, valueDim]</param>
    /// <exception cref="KvCacheException">One of them is no number: F16 has none to spare for that, and nothing broken goes on as if it were text.</exception>
    public void Write(int layer, int position, float* keys, float* values)
    {
        if (!AreNumbers(keys, _shape.KvHeads * _shape.KeyDim) || !AreNumbers(values, _shape.KvHeads * _shape.ValueDim))
            throw new KvCacheException("cache-not-a-number", layer, position);

        int page = Place(position / CacheShape.PagePositions), slot = position % CacheShape.PagePositions;
        byte* keyPage = KeyPages(layer)[page], valuePage = ValuePages(layer)[page];
        if (_shape.Type == CacheType.F32)
        {
            StoreColumn((uint*)keys, _shape.KvHeads * _shape.KeyDim, (uint*)keyPage + slot);
            for (int head = 0; head < _shape.KvHeads; head++)
                new Span<float>(values + head * _shape.ValueDim, _shape.ValueDim).CopyTo(new Span<float>((float*)valuePage + ValueRow(head, slot), _shape.ValueDim));
            return;
        }
        ushort* narrowed = stackalloc ushort[KeysAtOnce];
        int count = _shape.KvHeads * _shape.KeyDim;
        for (int from = 0; from < count; from += KeysAtOnce)
        {
            int some = Math.Min(KeysAtOnce, count - from);
            HalfRow.Narrow(keys + from, some, narrowed);
            StoreColumn(narrowed, some, (ushort*)keyPage + (long)from * CacheShape.PagePositions + slot);
        }
        for (int head = 0; head < _shape.KvHeads; head++)
            HalfRow.Narrow(values + head * _shape.ValueDim, _shape.ValueDim, (ushort*)valuePage + ValueRow(head, slot));
    }

    public void Dispose()
    {
        if (_tables != null) Truncate(0);
        NativeMemory.Free(_tables);
        _tables = null;
        _capacity = 0;
        GC.SuppressFinalize(this);
    }

    /// <summary>Elements of a head's row of values before a position's.</summary>
    private long ValueRow(int head, int slot) => ((long)head * CacheShape.PagePositions + slot) * _shape.ValueDim;

    /// <summary>One position's elements, each in its place in the transposed page.</summary>
    private static void StoreColumn<T>(T* from, int count, T* to) where T : unmanaged
    {
        for (int i = 0; i < count; i++, to += CacheShape.PagePositions)
            *to = from[i];
    }

    private static bool AreNumbers(float* values, int count)
    {
        int whole = count & ~3;
        Vector128<float> numbers = Vector128<float>.AllBitsSet;
        for (int i = 0; i < whole; i += 4)
        {
            Vector128<float> some = Vector128.Load(values + i);
            numbers &= Vector128.Equals(some, some); // NaN alone differs from itself
        }
        bool all = numbers.ExtractMostSignificantBits() == 0xF;
        for (int i = whole; i < count; i++)
            all &= values[i] == values[i];
        return all;
    }

    /// <summary>What is written next goes into the last page where that is partial: it must not be another's too.</summary>
    private void OwnLastPage()
    {
        int last = _pages - 1;
        if (Length % CacheShape.PagePositions == 0 || last < 0 || (_sets[last]!.References == 1 && _sets[last]!.Name is null)) return; // a named page may have others to read it tomorrow
        PageSet? own = pool.Room > 0 ? pool.Rent() : null;
        if (own is null) Length = (last + _removed) * CacheShape.PagePositions;
        else _sets[last]!.CopyTo(own, _shape);
        pool.Return(_sets[last]!);
        _pages--;
        _held--;
        if (own is not null) Append(own);
    }

    private void Append(PageSet? pages)
    {
        Set(_pages++, pages);
        if (pages is not null) _held++;
    }

    private void Set(int place, PageSet? pages)
    {
        _sets[place] = pages;
        for (int layer = 0; layer < _shape.Layers; layer++)
        {
            byte* page = pages is null ? null : pages.Page(layer);
            KeyPages(layer)[place] = page;
            ValuePages(layer)[place] = page == null ? null : page + _shape.KeyBytes;
        }
    }

    /// <summary>Where the tables have a page.</summary>
    private int Place(int page) => page < SinkPlaces ? page : page - _removed;

    /// <summary>Moves what stands behind the sinks' places to the front.</summary>
    private void Remove(int places)
    {
        int first = SinkPlaces, rest = _pages - first - places;
        for (int table = 0; table < 2 * _shape.Layers; table++)
        {
            nint* at = (nint*)(_tables + (long)table * _capacity) + first;
            new Span<nint>(at + places, rest).CopyTo(new Span<nint>(at, rest));
        }
        Array.Copy(_sets, first + places, _sets, first, rest);
        Array.Clear(_sets, first + rest, places);
        _pages -= places;
        _removed += places;
    }

    private void Grow(int capacity)
    {
        byte** tables = (byte**)NativeMemory.Alloc((nuint)(2L * _shape.Layers * capacity * sizeof(byte*)));
        for (int table = 0; table < 2 * _shape.Layers; table++)
            new Span<nint>(_tables + (long)table * _capacity, _pages).CopyTo(new Span<nint>(tables + (long)table * capacity, capacity));
        NativeMemory.Free(_tables);
        _tables = tables;
        _capacity = capacity;
        Array.Resize(ref _sets, capacity);
    }
}
