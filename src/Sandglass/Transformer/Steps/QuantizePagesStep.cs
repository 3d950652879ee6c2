using Sandglass.Kernels;
using Sandglass.KvCache;

namespace Sandglass.Transformer;

/// <summary>Quantises the pages that a batch fills, for all later queries, also of the same batch; nothing where pages stay as they are written.</summary>
internal sealed class QuantizePagesStep(WorkerPool pool) : Job
{
    private readonly List<(SequenceCache Cache, int Page, int KvHead)> _full = [];
    private int _layer;

    public void Run(Batch batch, int layer)
    {
        _layer = layer;
        _full.Clear();
        foreach (ref readonly Segment segment in batch.Segments)
        {
            CacheShape shape = segment.Cache.Shape;
            if (!shape.Types.AreQuantized) continue;
            for (int page = segment.FirstPosition / CacheShape.PagePositions; page < segment.EndPosition / CacheShape.PagePositions; page++)
            {
                for (int kvHead = 0; kvHead < shape.KvHeads; kvHead++) _full.Add((segment.Cache, page, kvHead));
            }
        }
        if (_full.Count > 0) pool.Run(this, _full.Count);
    }

    public override void Do(int part, int worker)
    {
        (SequenceCache cache, int page, int kvHead) = _full[part];
        cache.Quantize(_layer, page, kvHead);
    }
}
