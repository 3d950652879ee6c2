using Sandglass.Tracing;
using Sandglass.Transformer;

namespace Sandglass.Generation;

/// <summary>Writes the trace of a text, or of a search for one: told by the code that does the work, on the engine's thread.</summary>
/// <remarks>What a pass gives is kept until the pass is over and its time is known, then handed out.</remarks>
/// <param name="work">What is done for it.</param>
/// <param name="output">Where the steps go.</param>
internal abstract class SequenceTracer(Counters work, GenerationOutput output) : IDisposable
{
    private MultiplyAdds _multiplyAdds;
    private long _passes, _blocks, _cacheBytes, _recomputed;    // all that was told, but for the last: since then
    private long _weightBytes;                                  // and these
    private TimeSpan _forward, _choosing;
    private int _texts, _tokens;

    /// <summary>Tokens of a sequence are about to go through the model.</summary>
    /// <param name="from">The first one's position.</param>
    /// <param name="tokens">How many, drafted ones included.</param>
    /// <param name="reads">Whether they are read, instead of following a token that was chosen in the step before.</param>
    /// <returns>What takes down what they attend to; null where that is not watched.</returns>
    public abstract WatchedAttention? Enter(Sequence sequence, int from, int tokens, bool reads);

    /// <summary>They have; nothing has come of it yet.</summary>
    public abstract void Read(Sequence sequence);

    /// <summary>The pass is over.</summary>
    public abstract void Passed(in TracedPass pass);

    public virtual void Dispose() { }

    protected void Emit(TraceStep step) => output.Emit(step);

    /// <summary>Counts a pass.</summary>
    /// <param name="recomputed">Blocks of it that had been written before.</param>
    protected void Add(in TracedPass pass, long recomputed)
    {
        (_forward, _choosing) = (_forward + pass.Forward, _choosing + pass.Choosing);
        (_texts, _tokens, _weightBytes) = (Math.Max(_texts, pass.Texts), _tokens + pass.Tokens, _weightBytes + pass.WeightBytes);
        _recomputed += recomputed;
    }

    /// <summary>What the passes since the last call cost.</summary>
    protected TraceCost TakeCost()
    {
        (MultiplyAdds last, MultiplyAdds now) = (_multiplyAdds, work.MultiplyAdds);
        TraceCost cost = new()
        {
            MultiplyAdds = new MultiplyAdds(
                now.Projections - last.Projections, now.FeedForward - last.FeedForward, now.Attention - last.Attention, now.Logits - last.Logits),
            LayerTokenPasses = work.LayerTokenPasses - _passes,
            WeightBytes = _weightBytes,
            CacheBytes = work.CacheBytes - _cacheBytes,
            Forward = _forward,
            Choosing = _choosing,
            Texts = _texts,
            Tokens = _tokens,
        };
        (_multiplyAdds, _passes, _cacheBytes) = (now, work.LayerTokenPasses, work.CacheBytes);
        (_forward, _choosing, _texts, _tokens, _weightBytes) = (default, default, 0, 0, 0);
        return cost;
    }

    /// <summary>What some caches hold, and what was written since the last call: a pass of a token through a layer writes a block.</summary>
    protected TraceCache TakeCache(int positions, long bytes, string pages)
    {
        TraceCache cache = new()
        {
            Positions = positions,
            Bytes = bytes,
            Pages = pages,
            BlocksWritten = work.LayerTokenPasses - _blocks,
            BlocksRecomputed = _recomputed,
        };
        (_blocks, _recomputed) = (work.LayerTokenPasses, 0);
        return cache;
    }
}
