using System.Runtime.InteropServices;

namespace Sandglass.KvCache;

/// <summary>Where one sequence's pages are: in each layer the addresses of keys and values, place by place, as attention reads them.</summary>
internal sealed unsafe class PageTable(CacheShape shape) : IDisposable
{
    private readonly int _kinds = shape.Types.AreQuantized ? 4 : 2;
    private byte** _addresses;              // [layer, kind (keys, values; as they were written: keys, values), capacity]
    private PageSet?[] _sets = [];          // [place]: null where a page has left the window, or is not full and will be quantised
    private WrittenSet?[] _written = [];    // [place]: null where no query reads it as it was written

    ~PageTable() => NativeMemory.Free(_addresses);

    /// <summary>Places that there is room for.</summary>
    public int Capacity { get; private set; }

    /// <summary>Places in use.</summary>
    public int Count { get; private set; }

    /// <summary>Page sets held, those included whose memory is borrowed.</summary>
    public int Held { get; private set; }

    /// <summary>One layer's keys, [place].</summary>
    public byte** Keys(int layer) => Kind(layer, 0);

    /// <summary>One layer's values, [place].</summary>
    public byte** Values(int layer) => Kind(layer, 1);

    /// <summary>One layer's keys as they are written, [place].</summary>
    public byte** WrittenKeys(int layer) => Kind(layer, _kinds - 2);

    /// <summary>One layer's values as they are written, [place].</summary>
    public byte** WrittenValues(int layer) => Kind(layer, _kinds - 1);

    /// <summary>The page set in a place.</summary>
    public PageSet? this[int place]
    {
        get => _sets[place];
        set
        {
            Held += (value is null ? 0 : 1) - (_sets[place] is null ? 0 : 1);
            _sets[place] = value;
            for (int layer = 0; layer < shape.Layers; layer++)
            {
                byte* page = value is null ? null : value.Page(layer);
                Keys(layer)[place] = page;
                Values(layer)[place] = page == null ? null : page + shape.KeyBytes;
            }
        }
    }

    /// <summary>What stands in a place as it was written.</summary>
    public WrittenSet? Written(int place) => _written[place];

    /// <summary>Puts into a place what is written there.</summary>
    public void SetWritten(int place, WrittenSet? written)
    {
        Held += (written?.Memory.Length ?? 0) - (_written[place]?.Memory.Length ?? 0);
        _written[place] = written;
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            WrittenKeys(layer)[place] = written is null ? null : written.Keys(layer);
            WrittenValues(layer)[place] = written is null ? null : written.Values(layer);
        }
    }

    /// <summary>All page sets held.</summary>
    public IEnumerable<PageSet> Sets => _sets.OfType<PageSet>().Concat(_written.OfType<WrittenSet>().SelectMany(written => written.Memory.ToArray()));

    /// <summary>One place more, with nothing in it.</summary>
    public void Append()
    {
        if (Count == Capacity) Grow(Math.Max(1, 2 * Capacity));
        for (int table = 0; table < _kinds * shape.Layers; table++)
            _addresses[(long)table * Capacity + Count] = null;
        Count++;
    }

    /// <summary>One place less; nothing may stand in it.</summary>
    public void RemoveLast() => Count--;

    /// <summary>Removes empty places; those after them move to the front.</summary>
    public void Remove(int first, int places)
    {
        int rest = Count - first - places;
        for (int table = 0; table < _kinds * shape.Layers; table++)
        {
            nint* at = (nint*)(_addresses + (long)table * Capacity) + first;
            new Span<nint>(at + places, rest).CopyTo(new Span<nint>(at, rest));
        }
        Close(_sets);
        Close(_written);
        Count -= places;

        void Close<T>(T?[] entries) where T : class
        {
            Array.Copy(entries, first + places, entries, first, rest);
            Array.Clear(entries, first + rest, places);
        }
    }

    /// <summary>Room for this many places.</summary>
    public void Grow(int capacity)
    {
        if (capacity <= Capacity) return;
        byte** addresses = (byte**)NativeMemory.Alloc((nuint)((long)_kinds * shape.Layers * capacity * sizeof(byte*)));
        for (int table = 0; table < _kinds * shape.Layers; table++)
            new Span<nint>(_addresses + (long)table * Capacity, Count).CopyTo(new Span<nint>(addresses + (long)table * capacity, capacity));
        NativeMemory.Free(_addresses);
        _addresses = addresses;
        Capacity = capacity;
        Array.Resize(ref _sets, capacity);
        Array.Resize(ref _written, capacity);
    }

    public void Dispose()
    {
        NativeMemory.Free(_addresses);
        _addresses = null;
        (Capacity, Count) = (0, 0);
        GC.SuppressFinalize(this);
    }

    private byte** Kind(int layer, int kind) => _addresses + ((long)_kinds * layer + kind) * Capacity;
}
