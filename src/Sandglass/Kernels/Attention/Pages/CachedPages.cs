namespace Sandglass.Kernels;

/// <summary>
/// Pointers to a task's key or value pages: as stored and, for quantised types, the tokens' own page as written. Page-invariant values are computed once.
/// </summary>
/// <param name="kept">[page]</param>
/// <param name="keptBytes">Bytes of one head in a page.</param>
/// <param name="written">[page]; read for the tokens' own page only.</param>
/// <param name="writtenBytes">Bytes of one head in a page.</param>
/// <param name="type">The type of stored pages.</param>
/// <param name="ownPage">The page that is read as written; -1 for none.</param>
internal readonly unsafe struct CachedPages(byte** kept, long keptBytes, byte** written, long writtenBytes, CacheType type, int ownPage)
{
    /// <summary>One head's keys or values in a page.</summary>
    public byte* At(int page, int kvHead) => page == ownPage ? written[page] + kvHead * writtenBytes : kept[page] + kvHead * keptBytes;

    /// <summary>The type in which a page is stored.</summary>
    public CacheType TypeOf(int page) => page == ownPage ? type.Written() : type;
}
