using System.Runtime.InteropServices;

namespace Sandglass.Tokenization;

/// <summary>Places in a long word: the lowest order first, the leftmost of equal ones, as from a heap.</summary>
/// <remarks>
/// A heap of millions of places misses the processor's caches at each level. Here each order has a list, which is written and read from end to end; only what is
/// added with an order whose turn has come already goes into a heap, and seldom stays there. Few places all go there: such a heap is faster than lists.
/// </remarks>
/// <param name="few">So many places, in a word.</param>
internal sealed class PlaceLists(int few)
{
    private const int Line = 16, Chunk = Line - 1;      // a chunk of a list is a line of the cache: its places, then the number of the chunk before it

    private readonly Dictionary<uint, PlaceList> _lists = [];       // by order, of those whose turn has not come
    private readonly PlaceQueue _turns = new();                     // their orders
    private readonly PlaceQueue _late = new();
    private int[] _chunks = new int[4 * Line];
    private int[] _now = new int[Line];                             // the list whose turn it is, from left to right
    private int _made, _free = -1, _count, _at;
    private long _order = -1;                                       // of it
    private bool _areFew;

    private struct PlaceList
    {
        public int Last;        // chunk
        public int Count;
    }

    /// <summary>Places that there is room for.</summary>
    public int Size => Math.Max(Math.Max(_chunks.Length, _now.Length), _late.Size);

    /// <summary>Prepares for a word of so many places, where none is here.</summary>
    public void Begin(int places)
    {
        _areFew = places <= few;
        _order = _areFew ? uint.MaxValue : -1;
    }

    /// <summary>Adds a place.</summary>
    public void Add(uint order, int place)
    {
        if (order <= _order)
        {
            _late.Add(order, place);
            return;
        }
        ref PlaceList list = ref CollectionsMarshal.GetValueRefOrAddDefault(_lists, order, out bool isThere);
        if (!isThere) _turns.Add(order, 0);
        int at = list.Count++ % Chunk;
        if (at == 0) list.Last = NewChunk(before: list.Last);
        _chunks[list.Last * Line + at] = place;
    }

    /// <summary>Takes the first place.</summary>
    public bool TryTake(out uint order, out int place) => _areFew ? _late.TryTake(out order, out place) : TryTakeOfMany(out order, out place);

    private bool TryTakeOfMany(out uint order, out int place)
    {
        while (true)
        {
            if (_late.TryPeek(out order, out place) && (_at == _count || order < _order || place < _now[_at])) return _late.TryTake(out order, out place);
            if (_at < _count)
            {
                (order, place) = ((uint)_order, _now[_at++]);
                return true;
            }
            if (!_turns.TryTake(out order, out _))
            {
                (_made, _free) = (0, -1);
                return false;
            }
            Open(order);
        }
    }

    private void Open(uint order)
    {
        _lists.Remove(order, out PlaceList list);
        (_order, _at, _count) = (order, 0, list.Count);
        if (_now.Length < _count) _now = new int[Math.Max(_count, Math.Min(2L * _now.Length, Array.MaxLength))];
        for (int left = _count, chunk = list.Last; left > 0;)
        {
            int some = (left - 1) % Chunk + 1, from = chunk * Line;
            left -= some;
            _chunks.AsSpan(from, some).CopyTo(_now.AsSpan(left));
            int before = _chunks[from + Chunk];
            (_chunks[from + Chunk], _free) = (_free, chunk);
            chunk = before;
        }
        // runs from left to right, one for each order whose turn made places for this one
        Span<int> places = _now.AsSpan(0, _count);
        for (int i = 1; i < places.Length; i++)
        {
            if (places[i - 1] <= places[i]) continue;
            places.Sort();
            break;
        }
    }

    private int NewChunk(int before)
    {
        int chunk = _free;
        if (chunk >= 0) _free = _chunks[chunk * Line + Chunk];
        else
        {
            chunk = _made++;
            if (_chunks.Length < _made * Line) Array.Resize(ref _chunks, checked(2 * _chunks.Length));
        }
        _chunks[chunk * Line + Chunk] = before;
        return chunk;
    }
}
