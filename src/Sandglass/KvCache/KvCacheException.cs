namespace Sandglass.KvCache;

/// <summary>Keys or values that the cache cannot keep. <see cref="Code"/> names a line in docs/errors.md.</summary>
public sealed class KvCacheException : Exception
{
    internal KvCacheException(string code, int layer, int position)
        : base($"keys and values of layer {layer} at position {position}: expected numbers, found NaN.")
    {
        Code = code;
        Layer = layer;
        Position = position;
    }

    /// <summary>The kind of failure: <c>cache-not-a-number</c>.</summary>
    public string Code { get; }

    /// <summary>The layer, from 0.</summary>
    public int Layer { get; }

    /// <summary>The position, from 0.</summary>
    public int Position { get; }
}
