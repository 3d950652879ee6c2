namespace Sandglass.Tokenization;

/// <summary>A binary heap of places in a text: the lowest order first, the leftmost of equal ones.</summary>
internal sealed class PlaceQueue
{
    private (ulong Key, int Note)[] _heap = new (ulong, int)[64];
    private int _count;

    /// <summary>Adds a place; <paramref name="note"/> is returned with it.</summary>
    public void Add(uint order, int place, int note)
    {
        if (_count == _heap.Length) Array.Resize(ref _heap, 2 * _count);

        (ulong Key, int Note) added = ((ulong)order << 32 | (uint)place, note);
        int at = _count++;
        while (at > 0)
        {
            int parent = (at - 1) / 2;
            if (_heap[parent].Key <= added.Key) break;
            _heap[at] = _heap[parent];
            at = parent;
        }
        _heap[at] = added;
    }

    /// <summary>Takes the first place.</summary>
    public bool TryTake(out int place, out int note)
    {
        place = note = 0;
        if (_count == 0) return false;

        (place, note) = ((int)(uint)_heap[0].Key, _heap[0].Note);
        (ulong Key, int Note) last = _heap[--_count];
        int at = 0;
        while (2 * at + 1 < _count)
        {
            int child = 2 * at + 1;
            if (child + 1 < _count && _heap[child + 1].Key < _heap[child].Key) child++;
            if (last.Key <= _heap[child].Key) break;
            _heap[at] = _heap[child];
            at = child;
        }
        _heap[at] = last;
        return true;
    }
}
