namespace Sandglass.KvCache;

/// <summary>The pages of all layers for the same 32 positions: what sequences share, or have alone, is one of these.</summary>
/// <param name="memory">The first layer's page.</param>
/// <param name="stride">Bytes from one layer's page to the next's.</param>
internal sealed unsafe class PageSet(byte* memory, long stride)
{
    private readonly byte* _memory = memory;

    /// <summary>Sequences that hold it.</summary>
    public int References { get; set; }

    /// <summary>One layer's page: keys, then values.</summary>
    public byte* Page(int layer) => _memory + layer * stride;

    /// <summary>Copies all layers' keys and values.</summary>
    public void CopyTo(PageSet other, CacheShape shape)
    {
        for (int layer = 0; layer < shape.Layers; layer++)
            Buffer.MemoryCopy(Page(layer), other.Page(layer), shape.PageBytes, shape.PageBytes);
    }
}
