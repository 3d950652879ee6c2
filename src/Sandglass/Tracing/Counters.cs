namespace Sandglass.Tracing;

/// <summary>What was done for a sequence so far; the code that does the work adds to it. One thread writes.</summary>
internal sealed class Counters
{
    private long _projections, _feedForward, _attention, _logits;

    /// <summary>Every (layer, token) that was entered.</summary>
    public long LayerTokenPasses { get; private set; }

    /// <summary>Multiply-adds so far.</summary>
    public MultiplyAdds MultiplyAdds => new(_projections, _feedForward, _attention, _logits);

    /// <summary>Bytes of keys and values that queries saw, each position once a pass and layer.</summary>
    public long CacheBytes { get; private set; }

    public void AddLayerTokenPasses(long count) => LayerTokenPasses += count;

    public void AddProjections(long multiplyAdds) => _projections += multiplyAdds;

    public void AddFeedForward(long multiplyAdds) => _feedForward += multiplyAdds;

    public void AddAttention(long multiplyAdds) => _attention += multiplyAdds;

    public void AddLogits(long multiplyAdds) => _logits += multiplyAdds;

    public void AddCacheBytes(long bytes) => CacheBytes += bytes;
}
