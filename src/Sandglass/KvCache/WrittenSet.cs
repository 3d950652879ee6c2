namespace Sandglass.KvCache;

/// <summary>
/// The pages of all layers for the same 32 positions as they were written, where full pages are quantised: they borrow the memory of some page sets.
/// </summary>
internal sealed unsafe class WrittenSet(CacheShape shape)
{
    private readonly PageSet[] _memory = new PageSet[shape.WrittenSets];
    private readonly byte*[] _sides = new byte*[2 * shape.Layers];   // [layer, 2 (keys, values)]

    /// <summary>The page sets whose memory it is, to be filled in before <see cref="LayOut"/>.</summary>
    public Span<PageSet> Memory => _memory;

    /// <summary>Finds a place for each layer's keys and values.</summary>
    public void LayOut()
    {
        int set = 0;
        long used = 0;
        for (int side = 0; side < _sides.Length; side++)
        {
            long bytes = side % 2 == 0 ? shape.WrittenKeyStride : shape.WrittenValueStride;
            if (used + bytes > shape.SetMemory) (set, used) = (set + 1, 0);
            _sides[side] = _memory[set].Page(0) + used;
            used += bytes;
        }
    }

    /// <summary>One layer's keys.</summary>
    public byte* Keys(int layer) => _sides[2 * layer];

    /// <summary>One layer's values.</summary>
    public byte* Values(int layer) => _sides[2 * layer + 1];

    /// <summary>Copies all layers' keys and values.</summary>
    public void CopyTo(WrittenSet other)
    {
        for (int side = 0; side < _sides.Length; side++)
        {
            long bytes = side % 2 == 0 ? shape.WrittenKeyStride : shape.WrittenValueStride;
            Buffer.MemoryCopy(_sides[side], other._sides[side], bytes, bytes);
        }
    }
}
