using Sandglass.Kernels;

namespace Sandglass.Transformer;

/// <summary>Scales and caps logits, split over workers by stretches of the vocabulary, which may be long.</summary>
internal sealed unsafe class LogitsStep(WorkerPool pool) : Job
{
    private const int Stretch = 16384;  // floats: some microseconds of work, more than it costs to hand out a part

    private float* _logits;
    private long _count;
    private float _scale, _cap;

    /// <param name="logits">[count], overwritten.</param>
    /// <param name="scale">Factor on them, before they are capped.</param>
    /// <param name="cap">0 for none.</param>
    public void Run(float* logits, long count, float scale, float cap)
    {
        if (scale == 1 && cap == 0) return;
        _logits = logits;
        (_count, _scale, _cap) = (count, scale, cap);
        pool.Run(this, (int)((count + Stretch - 1) / Stretch));
    }

    public override void Do(int part, int worker)
    {
        long from = (long)part * Stretch;
        int count = (int)Math.Min(Stretch, _count - from);
        if (_scale != 1) Scaling.Apply(_logits + from, count, _scale);
        if (_cap > 0) SoftCap.Apply(_logits + from, count, _cap);
    }
}
