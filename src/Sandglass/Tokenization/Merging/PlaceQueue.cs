namespace Sandglass.Tokenization;

/// <summary>A binary heap of places in a text: the lowest order first, the leftmost of equal ones.</summary>
internal sealed class PlaceQueue
{
    private ulong[] _heap = new ulong[64];      // order and place
    private int _count;

    /// <summary>Places that there is room for.</summary>
    public int Size => _heap.Length;

    /// <summary>Adds a place.</summary>
    public void Add(uint order, int place)
    {
        if (_count == _heap.Length) Array.Resize(ref _heap, 2 * _count);

        ulong added = (ulong)order << 32 | (uint)place;
        int at = _count++;
        while (at > 0)
        {
            int parent = (at - 1) / 2;
            if (_heap[parent] <= added) break;
            _heap[at] = _heap[parent];
            at = parent;
        }
        _heap[at] = added;
    }

    /// <summary>The first place, which stays.</summary>
    public bool TryPeek(out uint order, out int place)
    {
        (order, place) = _count == 0 ? (0, 0) : ((uint)(_heap[0] >> 32), (int)(uint)_heap[0]);
        return _count > 0;
    }

    /// <summary>Takes the first place.</summary>
    public bool TryTake(out uint order, out int place)
    {
        if (!TryPeek(out order, out place)) return false;

        ulong last = _heap[--_count];
        int at = 0;
        while (2 * at + 1 < _count)
        {
            int child = 2 * at + 1;
            if (child + 1 < _count && _heap[child + 1] < _heap[child]) child++;
            if (last <= _heap[child]) break;
            _heap[at] = _heap[child];
            at = child;
        }
        _heap[at] = last;
        return true;
    }
}
