namespace Sandglass.Tokenization;

/// <summary>Possible merges, the most urgent first: the lowest order, and of equal ones the leftmost.</summary>
internal sealed class MergeQueue
{
    private (ulong Key, int Size)[] _heap = new (ulong, int)[64];
    private int _count;

    /// <summary>Adds the merge of the symbol that begins at <paramref name="left"/> with its neighbour; both together are <paramref name="size"/> bytes.</summary>
    public void Add(uint order, int left, int size)
    {
        if (_count == _heap.Length) Array.Resize(ref _heap, 2 * _count);

        (ulong Key, int Size) added = ((ulong)order << 32 | (uint)left, size);
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

    /// <summary>Takes the most urgent merge.</summary>
    public bool TryTake(out int left, out int size)
    {
        left = size = 0;
        if (_count == 0) return false;

        (left, size) = ((int)(uint)_heap[0].Key, _heap[0].Size);
        (ulong Key, int Size) last = _heap[--_count];
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
