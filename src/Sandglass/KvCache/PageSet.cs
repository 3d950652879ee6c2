namespace Sandglass.KvCache;

/// <summary>The pages of all layers for the same 32 positions: the unit that sequences share.</summary>
internal sealed unsafe class PageSet
{
    private readonly byte* _memory;
    private readonly long _stride;

    /// <param name="memory">The first layer's page.</param>
    /// <param name="stride">Bytes from one layer's page to the next's.</param>
    public PageSet(byte* memory, long stride)
    {
        _memory = memory;
        _stride = stride;
        Place = new LinkedListNode<PageSet>(this);
    }

    /// <summary>Sequences that hold it.</summary>
    public int References { get; set; }

    /// <summary>Its prefix hash; null if it cannot be shared.</summary>
    public PrefixHash? Name { get; set; }

    /// <summary>Its place among those that no sequence holds.</summary>
    public LinkedListNode<PageSet> Place { get; }

    /// <summary>When the last sequence returned it.</summary>
    public TimeSpan Returned { get; set; }

    /// <summary>One layer's page: keys, then values.</summary>
    public byte* Page(int layer) => _memory + layer * _stride;

    /// <summary>Copies all layers' keys and values.</summary>
    public void CopyTo(PageSet other, CacheShape shape)
    {
        for (int layer = 0; layer < shape.Layers; layer++)
            Buffer.MemoryCopy(Page(layer), other.Page(layer), shape.PageBytes, shape.PageBytes);
    }
}
