namespace Sandglass.Generation;

/// <summary>When a text was requested, begun and written, and how fast that was. Of a beam search too, whose tokens are chosen some steps before they are
/// shown.</summary>
internal sealed class GenerationTimes
{
    private readonly TimeProvider _time;
    private long? _begun;
    private TimeSpan? _firstStep;
    private TimeSpan _lastStep;

    public GenerationTimes(TimeProvider time) => (_time, Requested) = (time, time.GetTimestamp());

    /// <summary>Of a sample that is forked from another: it was requested and begun with that one.</summary>
    public GenerationTimes(GenerationTimes parent) =>
        (_time, Requested, _begun, Queue) = (parent._time, parent.Requested, parent._begun, parent.Queue);

    /// <summary>The clock's own number of when it was requested.</summary>
    public long Requested { get; }

    /// <summary>From then until the first token was handed out; null before that.</summary>
    public TimeSpan? FirstToken { get; private set; }

    /// <summary>Whether it has come to the front of the queue, once at least.</summary>
    public bool HasBegun => _begun is not null;

    /// <summary>From the request until it came to the front of the queue; null before that.</summary>
    public TimeSpan? Queue { get; private set; }

    /// <summary>From then until the whole prompt had gone through the model; null before that.</summary>
    public TimeSpan? Prefill { get; private set; }

    /// <summary>From the first token that was chosen to the last; null before the first.</summary>
    public TimeSpan? Decode => _lastStep - _firstStep;

    /// <summary>Time since the request was made.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(Requested);

    /// <summary>It comes to the front of the queue.</summary>
    public void Begin()
    {
        long now = _time.GetTimestamp();
        (_begun, Queue) = (now, _time.GetElapsedTime(Requested, now));
    }

    /// <summary>The whole prompt has gone through the model.</summary>
    public void PromptRead() => Prefill = _time.GetElapsedTime(_begun!.Value);

    /// <summary>A token is chosen; gives the time since the request.</summary>
    public TimeSpan Step()
    {
        _lastStep = _time.GetElapsedTime(Requested);
        _firstStep ??= _lastStep;
        return _lastStep;
    }

    /// <summary>A token is handed out as soon as it is chosen; gives the time since the request.</summary>
    public TimeSpan Token()
    {
        TimeSpan now = Step();
        FirstToken ??= now;
        return now;
    }

    /// <summary>Tokens are handed out; gives the time since the request.</summary>
    public TimeSpan Shown()
    {
        TimeSpan now = _time.GetElapsedTime(Requested);
        FirstToken ??= now;
        return now;
    }

    /// <summary>Tokens a second while the prompt was read; 0 where there is nothing to tell.</summary>
    /// <param name="tokens">That went through the model.</param>
    public double PrefillRate(int tokens) => Rate(tokens, Prefill);

    /// <summary>Tokens a second after the first one.</summary>
    /// <param name="tokens">Of the completion.</param>
    public double DecodeRate(int tokens) => Rate(tokens - 1, Decode);

    private static double Rate(int tokens, TimeSpan? time) => tokens > 0 && time > TimeSpan.Zero ? tokens / time.Value.TotalSeconds : 0;
}
