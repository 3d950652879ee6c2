namespace Sandglass.KvCache;

/// <summary>Keys or values that the cache cannot keep, or has no room for.</summary>
public sealed class KvCacheException : SandglassException
{
    internal KvCacheException(string code, int layer, int position)
        : base(code, $"keys and values of layer {layer} at position {position}: expected numbers, found NaN.")
    {
        Layer = layer;
        Position = position;
    }

    internal KvCacheException(string code, long budget)
        : base(code, $"pages of keys and values: expected room for another within {budget} bytes, found none.")
    {
    }

    /// <summary>The layer, from 0; null where it is none's.</summary>
    public int? Layer { get; }

    /// <summary>The position, from 0; null where it is none's.</summary>
    public int? Position { get; }
}
