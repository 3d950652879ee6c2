using System.Text;
using Sandglass.Kernels;

namespace Sandglass.KvCache;

/// <summary>The keys and values of one sequence, in pages of 32 positions.</summary>
/// <remarks>
/// Where full pages are quantised, a page is written as F16 and gets its other form when it is full, in the same batch: later pages' queries read that one, its
/// own read what was written, in whatever batch they are computed. What was written is kept until <see cref="Settle"/> says that its positions are final; a
/// position forgotten before takes the other form with it.
/// </remarks>
/// <param name="pool">Where its pages come from.</param>
/// <param name="beginning">The prefix hash before its first page; null for the pool's.</param>
internal sealed unsafe class SequenceCache(PagePool pool, PrefixHash? beginning = null) : IDisposable
{
    private const int PagePositions = CacheShape.PagePositions;

    private readonly CacheShape _shape = pool.Shape;
    private readonly PageTable _table = new(pool.Shape);
    private int _left;          // pages before this one have left the window; the sinks' stay
    private int _removed;       // places that the table no longer has, after the sinks' spans: whole spans, all of which have left the window
    private int _adopted;       // pages from the first on that came from another text
    private int _names;         // pages from the first on whose names are known
    private PrefixHash _name = beginning ?? pool.Beginning; // the last one's

    /// <summary>Positions whose keys and values are here, in all layers.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of the pages held, shared ones included.</summary>
    public long Bytes => _table.Held * _shape.SetBytes;

    /// <summary>Page sets that no other cache holds.</summary>
    public long SoleSets => _table.Sets.LongCount(static set => set.References == 1);

    /// <summary>Bytes of the pages that some hold together: those that they share count once.</summary>
    public static long BytesOf(IEnumerable<SequenceCache> caches) =>
        caches.SelectMany(cache => cache._table.Sets.Select(set => (Set: set, cache._shape))).DistinctBy(held => held.Set).Sum(held => held._shape.SetBytes);

    /// <summary>The shape of the pages.</summary>
    public CacheShape Shape => _shape;

    /// <summary>Bytes of some positions' keys and values in one layer, in the cache's type, without what a page rounds up.</summary>
    public long BytesOf(long positions) => positions * _shape.PageBytes / PagePositions;

    /// <summary>
    /// A letter for each page of 32 positions: o own, a adopted from a text that began alike, s its own and shared by another now, l left the window; capital
    /// where the page has its quantised form.
    /// </summary>
    public string Letters => string.Create(CacheShape.PagesFor(Length), this, static (letters, cache) =>
    {
        for (int page = 0; page < letters.Length; page++) letters[page] = cache.Letter(page);
    });

    /// <summary>The same of several texts that share pages: each page once, where it is first.</summary>
    public static string LettersOf(IEnumerable<SequenceCache> caches)
    {
        StringBuilder letters = new();
        HashSet<PageSet> seen = [];
        foreach (SequenceCache cache in caches)
        {
            bool isFirst = letters.Length == 0;
            for (int page = 0; page < CacheShape.PagesFor(cache.Length); page++)
            {
                if (cache.HasLeft(page) ? isFirst : cache._table[cache.Place(page)] is not PageSet set || seen.Add(set)) letters.Append(cache.Letter(page));
            }
        }
        return letters.ToString();
    }

    private char Letter(int page)
    {
        if (HasLeft(page)) return 'l';
        PageSet? set = _table[Place(page)];
        char letter = page < _adopted ? 'a' : set?.References > 1 ? 's' : 'o';
        return IsQuantized && set is not null ? char.ToUpperInvariant(letter) : letter;
    }

    private bool HasLeft(int page) => page >= SinkPages && page < _left;

    /// <summary>
    /// Positions removed from the tables: a page of a later position is that much further to the front. Whole spans of attention, none of which is visible any
    /// more.
    /// </summary>
    public int RemovedPositions => _removed * PagePositions;

    private bool IsQuantized => _shape.Types.AreQuantized;

    private int SinkPages => CacheShape.PagesFor(_shape.SinkTokens);

    /// <summary>
    /// Places of the spans that hold sinks; one position more, so that what follows the last sink in the tables is never taken for its neighbour.
    /// </summary>
    private int SinkPlaces => _shape.SinkTokens == 0 ? 0
        : (_shape.SinkTokens + AttentionTask.SpanPositions) / AttentionTask.SpanPositions * AttentionTile.PagesPerSpan;

    /// <summary>Page sets that <see cref="Reserve"/> would rent.</summary>
    /// <param name="length">Positions.</param>
    /// <param name="atOnce">Tokens that go through at once, where it will be reserved chunk by chunk.</param>
    public int Lacking(int length, int atOnce = int.MaxValue)
    {
        int sets = 0, written = 0;
        for (int page = Length / PagePositions; page < CacheShape.PagesFor(length); page++)
        {
            int place = Place(page);
            if (NeedsSet(page, length) && (place >= _table.Count || _table[place] is null)) sets++;
            if (IsQuantized && (place >= _table.Count || _table.Written(place) is null)) written++;
        }
        if (atOnce < length) written = Math.Min(written, CacheShape.PagesWrittenBy(atOnce));
        return sets + written * pool.WrittenSets;
    }

    /// <summary>Whether <see cref="Reserve"/> stays within the budget, which may grow for it.</summary>
    public bool HasRoom(int length) => pool.HasRoom(Lacking(length));

    /// <summary>Where its pages come from.</summary>
    public PagePool Pool => pool;

    /// <summary>Makes room for positions up to <paramref name="length"/>, not yet counted in <see cref="Length"/>.</summary>
    public void Reserve(int length)
    {
        ReleaseLeft();
        for (int page = Length / PagePositions; page < CacheShape.PagesFor(length); page++)
        {
            int place = Place(page);
            if (place == _table.Count) _table.Append();
            if (IsQuantized && _table.Written(place) is null) _table.SetWritten(place, pool.RentWritten());
            if (NeedsSet(page, length)) _table[place] ??= pool.Rent();
        }
    }

    /// <summary>Positions so far are final: gives back what their full pages were written as, and the pages that the next position's window has left.</summary>
    public void Settle()
    {
        for (int place = _table.Count - 1; IsQuantized && place >= 0 && _table.Written(place) is not null; place--)
            if (place + _removed < Length / PagePositions) ReturnWritten(place);
        ReleaseLeft();
    }

    /// <summary>A second cache with the same positions: full pages are shared, the last, partial one is copied. From here on each goes its own way.</summary>
    public SequenceCache Fork()
    {
        SequenceCache fork = new(pool, beginning);
        fork.BeginWith(this, Length);
        return fork;
    }

    /// <summary>
    /// Begins with the first positions of another cache; for an empty one. Full pages are shared; of the other's last, partial one there is a copy, where all
    /// its positions are asked for.
    /// </summary>
    /// <remarks>
    /// Where there is no page for the copy, it ends with the last full page; where the positions before have left the window, it stays empty:
    /// <see cref="Length"/> tells, and what is missing is read again.
    /// </remarks>
    /// <param name="length">Positions, up to the other's length; cut down to full pages where they are fewer.</param>
    public void BeginWith(SequenceCache other, int length)
    {
        bool copies = length == other.Length && length % PagePositions != 0 && pool.HasRoom(Math.Max(1, pool.WrittenSets));
        int pages = length / PagePositions;
        if (!copies && other.LacksWindowOf(pages * PagePositions)) return;
        (_left, _removed, _adopted) = (other._left, other._removed, Math.Min(other._adopted, pages));
        if (other._names <= pages) (_names, _name) = (other._names, other._name);
        int full = pages - _removed;
        _table.Grow(full + 1);
        for (int place = 0; place < full; place++)
        {
            if (other._table[place] is PageSet shared) PagePool.Share(shared);
            _table.Append();
            _table[place] = other._table[place];
        }
        Length = pages * PagePositions;
        if (!copies) return;
        try
        {
            CopyLast(other, full);
            Length = length;
        }
        catch (OutOfMemoryException)
        {
            if (LacksWindowOf(Length)) Truncate(0);
        }
    }

    private void CopyLast(SequenceCache other, int place)
    {
        if (IsQuantized)
        {
            WrittenSet written = pool.RentWritten();
            _table.Append();
            _table.SetWritten(place, written);
            other._table.Written(place)!.CopyTo(written);
            return;
        }
        PageSet copy = pool.Rent();
        _table.Append();
        _table[place] = copy;
        other._table[place]!.CopyTo(copy, _shape);
    }

    /// <summary>Begins with registered pages of an equal prefix, as many as there are; for an empty cache.</summary>
    /// <param name="ids">The text. Its last token's page is never shared: that token has to go through the model.</param>
    /// <param name="isAgain">Whether it was asked for before: its own pages are no hits, and are not counted as such.</param>
    /// <returns>Positions that are here now.</returns>
    public int MatchPrefix(ReadOnlySpan<int> ids, bool isAgain = false)
    {
        int most = (ids.Length - 1) / PagePositions;
        if (_table.Count > 0) return 0;
        _table.Grow(most);
        for (; _names < most; _names++)
        {
            PrefixHash next = _name.Next(ids[(_names * PagePositions)..]);
            if (pool.Find(next) is not PageSet found) break;
            _table.Append();
            _table[_names] = found;
            _name = next;
        }
        _adopted = _table.Count;
        Length = _table.Count * PagePositions;
        if (!isAgain) pool.CountPrefix(ids.Length, Length);
        return Length;
    }

    /// <summary>Registers its full pages, so that texts with the same beginning can share them.</summary>
    /// <param name="ids">The tokens whose keys and values they are; positions after these are not registered.</param>
    public void RegisterPrefix(ReadOnlySpan<int> ids)
    {
        for (int full = Math.Min(Length, ids.Length) / PagePositions; _names < full; _names++)
        {
            _name = _name.Next(ids[(_names * PagePositions)..]);
            if (_names < SinkPages || _names >= _left) pool.RegisterPrefix(_table[Place(_names)]!, _name);
        }
    }

    /// <summary>Records that all layers hold keys and values up to here.</summary>
    public void Commit(int length) => Length = length;

    /// <summary>Forgets positions from <paramref name="length"/> on and returns the pages that only they used.</summary>
    /// <remarks>
    /// A page that has only its quantised form is forgotten whole, and so is a shared one that would be cut where the budget has none for a copy; all is, where
    /// the positions before have left the window: <see cref="Length"/> tells.
    /// </remarks>
    public void Truncate(int length)
    {
        length = Math.Min(length, Length);
        if (IsQuantized && length % PagePositions != 0 && _table.Written(Place(length / PagePositions)) is null) length -= length % PagePositions;
        if (LacksWindowOf(length)) length = 0;
        Length = length;
        _adopted = Math.Min(_adopted, length / PagePositions);
        if (length == 0) (_left, _removed) = (0, 0);
        for (int keep = CacheShape.PagesFor(length) - _removed; _table.Count > keep; _table.RemoveLast())
            Return(_table.Count - 1);
        if (length % PagePositions != 0)
        {
            if (IsQuantized) ReturnSet(_table.Count - 1);   // made of positions that are no more
            else OwnLastPage();
        }
        if (_names > Length / PagePositions) (_names, _name) = (0, beginning ?? pool.Beginning); // recomputed from the start
    }

    /// <summary>
    /// One layer's key pages, each [kvHead, keyDim, 32]; null where a page has left the window or is not full and will be quantised, and see
    /// <see cref="RemovedPositions"/>.
    /// </summary>
    public byte** KeyPages(int layer) => _table.Keys(layer);

    /// <summary>One layer's value pages, each [kvHead, 32, valueDim].</summary>
    public byte** ValuePages(int layer) => _table.Values(layer);

    /// <summary>One layer's key pages as they are written.</summary>
    public byte** WrittenKeyPages(int layer) => _table.WrittenKeys(layer);

    /// <summary>One layer's value pages as they are written.</summary>
    public byte** WrittenValuePages(int layer) => _table.WrittenValues(layer);

    /// <summary>Stores one position's keys and values of one layer; different positions may be written at the same time.</summary>
    /// <param name="keys">[kvHead, keyDim]</param>
    /// <param name="values">[kvHead, valueDim]</param>
    /// <exception cref="KvCacheException">One of them is no number: F16 has none to spare for that, and nothing broken goes on as if it were text.</exception>
    public void Write(int layer, int position, float* keys, float* values)
    {
        if (!PositionStore.AreNumbers(keys, _shape.KvHeads * _shape.KeyDim) || !PositionStore.AreNumbers(values, _shape.KvHeads * _shape.ValueDim))
            throw new KvCacheException("cache-not-a-number", layer, position);

        int place = Place(position / PagePositions), slot = position % PagePositions;
        PositionStore.Keys(_shape.Types.Keys.Written(), keys, _shape.KvHeads * _shape.KeyDim, WrittenKeyPages(layer)[place], slot);
        PositionStore.Values(_shape.Types.Values.Written(), values, _shape.KvHeads, _shape.ValueDim, WrittenValuePages(layer)[place], slot);
    }

    /// <summary>
    /// Gives one head's keys and values of a full page the form in which later pages' queries read them; different heads and pages may be done at the same
    /// time.
    /// </summary>
    public void Quantize(int layer, int page, int kvHead)
    {
        int place = Place(page);
        (CacheType keys, CacheType values) = _shape.Types;
        PageQuantizer.Keys(keys, WrittenKeyPages(layer)[place] + kvHead * PageLayout.KeyBytes(keys.Written(), _shape.KeyDim), _shape.KeyDim,
            KeyPages(layer)[place] + kvHead * PageLayout.KeyBytes(keys, _shape.KeyDim));
        PageQuantizer.Values(values, WrittenValuePages(layer)[place] + kvHead * PageLayout.ValueBytes(values.Written(), _shape.ValueDim), _shape.ValueDim,
            ValuePages(layer)[place] + kvHead * PageLayout.ValueBytes(values, _shape.ValueDim));
    }

    public void Dispose()
    {
        Truncate(0);
        _table.Dispose();
    }

    /// <summary>
    /// Gives back the pages that the next position's window has left, and takes their places from the tables, so that neither grows with the text. Positions so
    /// far are final then: none may be forgotten without all.
    /// </summary>
    private void ReleaseLeft()
    {
        int leaving = _shape.Window == 0 ? 0 : Math.Max(0, Length - _shape.Window + 1) / PagePositions;
        if (leaving <= Math.Max(_left, SinkPages)) return;
        for (int page = Math.Max(_left, SinkPages); page < leaving; page++)
            Return(Place(page));
        _left = leaving;
        int removed = Math.Max(_removed, _left / AttentionTile.PagesPerSpan * AttentionTile.PagesPerSpan - SinkPlaces);
        if (removed == _removed) return;
        _table.Remove(SinkPlaces, removed - _removed);
        _removed = removed;
    }

    /// <summary>Whether positions would be cut to a length whose next position sees some that have left.</summary>
    private bool LacksWindowOf(int length) => length < Length && _left > Math.Max(0, length - _shape.Window + 1) / PagePositions;

    /// <summary>Whether a page has a set of its own while positions up to a length are reserved: one that will be quantised gets it when it is full.</summary>
    private bool NeedsSet(int page, int length) => !IsQuantized || (page + 1) * PagePositions <= length;

    /// <summary>What is written next goes into the last page where that is partial: it must not be another's too.</summary>
    private void OwnLastPage()
    {
        int last = _table.Count - 1;
        PageSet pages = _table[last]!;
        if (pages.References == 1 && pages.Name is null) return; // a named page may be matched by others later
        PageSet? own = pool.HasRoom(1) ? pool.Rent() : null;
        if (own is not null) pages.CopyTo(own, _shape);
        pool.Return(pages);
        _table[last] = own;
        if (own is not null) return;
        _table.RemoveLast();
        Length = (last + _removed) * PagePositions;
    }

    private void Return(int place)
    {
        ReturnSet(place);
        if (IsQuantized) ReturnWritten(place);
    }

    private void ReturnSet(int place)
    {
        if (_table[place] is not PageSet set) return;
        _table[place] = null;
        pool.Return(set);
    }

    private void ReturnWritten(int place)
    {
        if (_table.Written(place) is not WrittenSet written) return;
        _table.SetWritten(place, null);
        pool.Return(written);
    }

    /// <summary>Where the tables have a page.</summary>
    private int Place(int page) => page < SinkPlaces ? page : page - _removed;
}
