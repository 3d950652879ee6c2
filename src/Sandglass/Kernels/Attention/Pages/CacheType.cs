namespace Sandglass.Kernels;

/// <summary>How elements of cached keys and values are stored.</summary>
public enum CacheType
{
    /// <summary>F32: what was computed.</summary>
    F32,

    /// <summary>F16, rounded to nearest even: half the memory.</summary>
    F16,

    /// <summary>Full pages as integers of 8 bits, 32 to a scale: a quarter of the memory. A page that is still written, and what its own queries see of it, is F16.</summary>
    Q8,

    /// <summary>Full pages as integers of 4 bits, 32 to a scale and a minimum: a seventh of the memory. A page that is still written, and what its own queries see of it, is F16.</summary>
    Q4,
}

/// <summary>How keys are stored, and how values are.</summary>
public readonly record struct CacheTypes(CacheType Keys, CacheType Values)
{
    /// <summary>Both alike.</summary>
    public static implicit operator CacheTypes(CacheType both) => new(both, both);

    /// <summary>Both alike.</summary>
    public static CacheTypes FromCacheType(CacheType both) => both;

    /// <summary>Whether full pages are stored otherwise than they are written.</summary>
    internal bool AreQuantized => Keys.IsQuantized() || Values.IsQuantized();

    /// <summary>How they are written.</summary>
    internal CacheTypes Written => new(Keys.Written(), Values.Written());

    /// <summary>The types' words: <c>q8</c> where both are alike, <c>q8/q4</c> where they are not, keys first.</summary>
    public override string ToString() => Keys == Values ? Word(Keys) : $"{Word(Keys)}/{Word(Values)}";

    private static string Word(CacheType type) => type.ToString().ToLowerInvariant();
}

/// <summary>What a type says of itself.</summary>
internal static class CacheTypeFacts
{
    /// <summary>Whether full pages are stored otherwise than they are written.</summary>
    public static bool IsQuantized(this CacheType type) => type is CacheType.Q8 or CacheType.Q4;

    /// <summary>How elements are written, before their page is full.</summary>
    public static CacheType Written(this CacheType type) => type.IsQuantized() ? CacheType.F16 : type;
}
