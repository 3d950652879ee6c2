namespace Sandglass.Generation;

/// <summary>When a text was asked for, begun and written, and how fast that was.</summary>
internal sealed class GenerationTimes
{
    private readonly TimeProvider _time;
    private long _begun;
    private TimeSpan _prefill, _lastToken;

    public GenerationTimes(TimeProvider time) => (_time, Requested) = (time, time.GetTimestamp());

    /// <summary>Of a text that is born of another: it was asked for and begun when that one was.</summary>
    public GenerationTimes(GenerationTimes parent) => (_time, Requested, _begun) = (parent._time, parent.Requested, parent._begun);

    /// <summary>The clock's own number of when it was asked for.</summary>
    public long Requested { get; }

    /// <summary>From then to the first token; null before it.</summary>
    public TimeSpan? FirstToken { get; private set; }

    /// <summary>It comes to the front of the queue.</summary>
    public void Begin() => _begun = _time.GetTimestamp();

    /// <summary>All of the prompt has gone through.</summary>
    public void PromptRead() => _prefill = _time.GetElapsedTime(_begun);

    /// <summary>A token is there: how long after it was asked for.</summary>
    public TimeSpan Token()
    {
        _lastToken = _time.GetElapsedTime(Requested);
        FirstToken ??= _lastToken;
        return _lastToken;
    }

    /// <summary>Tokens a second while the prompt was read; 0 where there is nothing to tell.</summary>
    /// <param name="tokens">That went through.</param>
    public double PrefillRate(int tokens) => Rate(tokens, _prefill);

    /// <summary>Tokens a second behind the first one.</summary>
    /// <param name="tokens">Of the completion.</param>
    public double DecodeRate(int tokens) => Rate(tokens - 1, _lastToken - (FirstToken ?? default));

    private static double Rate(int tokens, TimeSpan time) => tokens > 0 && time > TimeSpan.Zero ? tokens / time.TotalSeconds : 0;
}
