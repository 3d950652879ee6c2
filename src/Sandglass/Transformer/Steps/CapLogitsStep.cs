using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Caps logits, split over workers by stretches of the vocabulary, which may be long.</summary>
internal sealed unsafe class CapLogitsStep(WorkerPool pool) : Job
{
    private const int Stretch = 16384;  // floats: some microseconds of work, more than it costs to hand out a part

    private float* _logits;
    private long _count;
    private float _cap;

    /// <param name="logits">[count], overwritten.</param>
    public void Run(float* logits, long count, float cap)
    {
        _logits = logits;
        (_count, _cap) = (count, cap);
        pool.Run(this, (int)((count + Stretch - 1) / Stretch));
    }

    public override void Do(int part, int worker)
    {
        long from = (long)part * Stretch;
        SoftCap.Apply(_logits + from, (int)Math.Min(Stretch, _count - from), _cap);
    }
}
