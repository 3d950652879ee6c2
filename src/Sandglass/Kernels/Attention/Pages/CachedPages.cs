namespace Sandglass.Kernels;

/// <summary>Where a task's keys lie, or its values: pages as they are kept and, of quantised types, the tokens' own page as it was written. What does not change from page to page is reckoned once.</summary>
/// <param name="kept">[page]</param>
/// <param name="keptBytes">Of one head in a page.</param>
/// <param name="written">[page]; read for the own page only.</param>
/// <param name="writtenBytes">Of one head in a page.</param>
/// <param name="type">How pages are kept.</param>
/// <param name="ownPage">The page that is read as it was written; -1 for none.</param>
internal readonly unsafe struct CachedPages(byte** kept, long keptBytes, byte** written, long writtenBytes, CacheType type, int ownPage)
{
    /// <summary>One head's keys or values in a page.</summary>
    public byte* At(int page, int kvHead) => page == ownPage ? written[page] + kvHead * writtenBytes : kept[page] + kvHead * keptBytes;

    /// <summary>How they are stored.</summary>
    public CacheType TypeOf(int page) => page == ownPage ? type.Written() : type;
}
