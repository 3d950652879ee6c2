using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.KvCache;
using Sandglass.Transformer;

namespace Sandglass.Planning;

/// <summary>
/// The engine's <see cref="Scheduler"/>, its order of service and its pages, with time in place of arithmetic: a step does what <see cref="Stepper"/> does, and
/// instead of the model a formula says how long it takes.
/// </summary>
internal sealed class SimulatedEngine : IDisposable
{
    private readonly Func<StepBatch, double> _seconds;
    private readonly PagePool _pages;

    /// <param name="options">Of the engine: texts at once and tokens of a step count. More than an engine of ours takes is possible.</param>
    /// <param name="pageSets">Pages of 32 positions that all texts may take.</param>
    /// <param name="seconds">How long a step takes.</param>
    public SimulatedEngine(ModelOptions options, long pageSets, Func<StepBatch, double> seconds)
    {
        CacheShape small = new(Layers: 1, KvHeads: 1, KeyDim: 1, ValueDim: 1, CacheType.F16);   // nothing is written into it: its pages only count
        _pages = new PagePool(small, pageSets * small.SetBytes);
        (_seconds, Scheduler) = (seconds, new Scheduler(options));
    }

    /// <summary>The engine's own.</summary>
    public Scheduler Scheduler { get; }

    /// <summary>Pages of 32 positions that texts hold now.</summary>
    public long HeldSets => _pages.Held / _pages.Shape.Layers;

    /// <summary>The time.</summary>
    public SimulatedClock Clock { get; } = new();

    /// <summary>A text that has come is seen now.</summary>
    /// <inheritdoc cref="SimulatedText"/>
    public SimulatedText Add(double came, int prompt, int answer, int found = 0)
    {
        SimulatedText text = new(_pages, Clock, came, prompt, answer, found);
        Scheduler.Add(text);
        return text;
    }

    /// <summary>One step for every text; false where no token went through.</summary>
    public bool Step()
    {
        StepBatch batch = Scheduler.Next();
        int tokens = batch.Batch.Tokens;
        Clock.Now += _seconds(batch);
        foreach (Segment segment in batch.Batch.Segments) segment.Cache.Commit(segment.EndPosition);
        foreach (Sequence sequence in batch.Sequences) sequence.Attempt(static one => one.ChunkRead());
        foreach (Sequence owner in batch.Owners) owner.Take([]);
        Scheduler.Commit();
        return tokens > 0;
    }

    public void Dispose()
    {
        Scheduler.Close();
        _pages.Dispose();
    }
}
