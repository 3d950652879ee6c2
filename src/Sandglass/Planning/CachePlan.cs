using Sandglass.Kernels;
using Sandglass.KvCache;

namespace Sandglass.Planning;

/// <summary>Bytes of keys and values, by the layout of this engine's pages (<see cref="CacheShape"/>): 32 positions, scales included.</summary>
/// <remarks>
/// Counted, it is what this engine takes: all layers alike, and all positions in each of them, also in those that have a window. By formula it is what a model
/// needs: layers with a window keep their window, latent attention keeps a latent vector and a rotary key.
/// </remarks>
internal sealed class CachePlan
{
    private readonly (CacheShape Layer, AttentionShape Attention)[] _layers;
    private readonly CacheShape? _engine;

    public CachePlan(PlannedModel model, CacheTypes types, bool isCounted)
    {
        _engine = isCounted ? model.Pages! with { Types = types } : null;
        _layers = [.. model.Shape.Layers.Select(layer => (OfLayer(layer.Attention, types), layer.Attention))];
    }

    /// <summary>Bytes of one position in all layers, without what pages round up.</summary>
    public double BytesPerToken => (_engine?.SetBytes ?? _layers.Sum(static pair => pair.Layer.PageBytes)) / (double)CacheShape.PagePositions;

    /// <summary>Bytes of keys and values that a token sees, in all layers.</summary>
    /// <param name="positions">Up to the token's own.</param>
    public double BytesSeen(double positions) => _layers.Sum(pair =>
        (pair.Attention.Window > 0 ? Math.Min(positions, pair.Attention.Window) : positions) * pair.Layer.PageBytes / CacheShape.PagePositions);

    /// <summary>Bytes of whole pages.</summary>
    /// <param name="positions">Of each text.</param>
    /// <param name="users">Texts.</param>
    /// <param name="shared">Positions at the beginning that all have in common: their whole pages are there once.</param>
    public Int128 Bytes(long positions, long users, long shared)
    {
        if (_engine is not null)
        {
            long once = shared / CacheShape.PagePositions;
            return (once + (Int128)users * (HeldSets(_engine, positions) - once)) * _engine.SetBytes;
        }
        Int128 sum = 0;
        foreach ((CacheShape layer, AttentionShape attention) in _layers) sum += PagesOf(attention, positions, users, shared) * layer.PageBytes;
        return sum;
    }

    /// <summary>Page sets that a text holds once its last position is written: of quantised types the last page, while it is not full, in F16.</summary>
    internal static long HeldSets(CacheShape pages, long positions)
    {
        long full = positions / CacheShape.PagePositions;
        return positions % CacheShape.PagePositions == 0 ? full : full + Math.Max(1, pages.WrittenSets);
    }

    private static Int128 PagesOf(AttentionShape attention, long positions, long users, long shared)
    {
        long held = attention.PositionsHeld(positions);
        long common = Math.Max(0, shared - (positions - held)) / CacheShape.PagePositions;      // what has left a window is nobody's
        return common + (Int128)users * (Pages(held) - common);
    }

    private static long Pages(long positions) => (positions + CacheShape.PagePositions - 1) / CacheShape.PagePositions;

    private static CacheShape OfLayer(AttentionShape attention, CacheTypes types) => attention.LatentDim > 0
        ? new CacheShape(1, 1, attention.LatentDim + attention.RopeDim, 0, types)
        : new CacheShape(1, attention.KeyValueHeads, attention.KeyDim, attention.ValueDim, types);
}
