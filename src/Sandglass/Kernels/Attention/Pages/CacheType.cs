namespace Sandglass.Kernels;

/// <summary>How elements of cached keys and values are stored.</summary>
public enum CacheType
{
    /// <summary>F32: what was computed.</summary>
    F32,

    /// <summary>F16, rounded to nearest even: half the memory.</summary>
    F16,

    /// <summary>
    /// Full pages as 8-bit integers, 32 per scale: a quarter of the memory. A page that is still being written, and what its own queries see of it, is F16.
    /// </summary>
    Q8,

    /// <summary>
    /// Full pages as 4-bit integers, 32 per scale and minimum: a seventh of the memory. A page that is still being written, and what its own queries see of
    /// it, is F16.
    /// </summary>
    Q4,
}

/// <summary>How keys are stored, and how values are.</summary>
public readonly record struct CacheTypes(CacheType Keys, CacheType Values)
{
    /// <summary>The same type for both.</summary>
    public static implicit operator CacheTypes(CacheType both) => new(both, both);

    /// <summary>The same type for both.</summary>
    public static CacheTypes FromCacheType(CacheType both) => both;

    /// <summary>Whether full pages are quantised.</summary>
    internal bool AreQuantized => Keys.IsQuantized() || Values.IsQuantized();

    /// <summary>The type in which pages are written.</summary>
    internal CacheTypes Written => new(Keys.Written(), Values.Written());

    /// <summary>The types' names: <c>q8</c> where both are the same, <c>q8/q4</c> where they differ, keys first.</summary>
    public override string ToString() => Keys == Values ? Word(Keys) : $"{Word(Keys)}/{Word(Values)}";

    private static string Word(CacheType type) => type.ToString().ToLowerInvariant();
}

/// <summary>Properties of a cache type.</summary>
internal static class CacheTypeFacts
{
    /// <summary>Whether full pages are quantised.</summary>
    public static bool IsQuantized(this CacheType type) => type is CacheType.Q8 or CacheType.Q4;

    /// <summary>The type in which elements are written, before their page is full.</summary>
    public static CacheType Written(this CacheType type) => type.IsQuantized() ? CacheType.F16 : type;
}
