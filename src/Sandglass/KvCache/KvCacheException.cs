namespace Sandglass.KvCache;

/// <summary>Keys or values that the cache cannot keep, or has no room for. <see cref="Code"/> names a line in docs/errors.md.</summary>
public sealed class KvCacheException : Exception
{
    internal KvCacheException(string code, int layer, int position)
        : base($"keys and values of layer {layer} at position {position}: expected numbers, found NaN.")
    {
        Code = code;
        Layer = layer;
        Position = position;
    }

    internal KvCacheException(string code, long budget)
        : base($"pages of keys and values: expected room for another within {budget} bytes, found none.") => Code = code;

    /// <summary>The kind of failure: <c>cache-not-a-number</c> or <c>cache-full</c>.</summary>
    public string Code { get; }

    /// <summary>The layer, from 0; null where it is none's.</summary>
    public int? Layer { get; }

    /// <summary>The position, from 0; null where it is none's.</summary>
    public int? Position { get; }
}
