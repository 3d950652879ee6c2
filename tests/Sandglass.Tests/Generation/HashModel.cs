using Sandglass.Generation;
using Sandglass.KvCache;
using Sandglass.Transformer;

namespace Sandglass.Tests.Generation;

/// <summary>
/// A model that computes nothing but a hash: it writes each token into the pages and reads all that a position sees back from them, so a wrong, shared or
/// forgotten page changes the logits.
/// </summary>
internal sealed unsafe class HashModel(int vocabulary)
{
    private readonly float[] _logits = new float[vocabulary];

    /// <summary>One layer, one head of width 1: 256 bytes for 32 positions.</summary>
    public static CacheShape Shape { get; } = new(1, 1, 1, 1, Sandglass.Kernels.CacheType.F32);

    /// <summary>One step of all, as <see cref="Stepper.Step"/> takes it.</summary>
    /// <param name="scheduler">What says who takes part.</param>
    /// <param name="formed">Called when the batch is formed.</param>
    public void Step(Scheduler scheduler, Action? formed = null)
    {
        StepBatch batch = scheduler.Next();
        formed?.Invoke();
        foreach (Segment segment in batch.Batch.Segments)
        {
            for (int i = 0; i < segment.Tokens.Length; i++)
            {
                float key = segment.Tokens.Span[i], value = 0;
                segment.Cache.Write(0, segment.FirstPosition + i, &key, &value);
            }
            segment.Cache.Commit(segment.EndPosition);
        }
        foreach (Sequence sequence in batch.Sequences) sequence.Attempt(static one => one.ChunkRead());
        for (int row = 0; row < batch.Rows.Length; row++)
        {
            Sequence owner = batch.Owners[row];
            int position = batch.Position(row);
            if (owner.HasFailed || position >= owner.Cache.Length) continue;
            Read(owner.Cache, position);
            owner.Attempt(one => one.Take(_logits));
        }
        scheduler.Commit();
    }

    /// <summary>Logits of what follows a position, from the pages that it sees.</summary>
    private void Read(SequenceCache cache, int position)
    {
        uint hash = 1;
        for (int p = cache.Shape.Window == 0 ? 0 : Math.Max(0, position - cache.Shape.Window + 1); p <= position; p++)
        {
            int place = (p - cache.RemovedPositions) / CacheShape.PagePositions;
            hash = hash * 16777619 ^ ((uint)((float*)cache.KeyPages(0)[place])[p % CacheShape.PagePositions] + 7);
        }
        for (int id = 0; id < _logits.Length; id++)
        {
            hash = hash * 1664525 + 1013904223;
            _logits[id] = (hash >> 8) * (8f / (1 << 24));
        }
    }
}
