namespace Sandglass.Kernels;

/// <summary>Number of workers used: fewer while another process occupies a core, so that no job waits for a descheduled worker.</summary>
/// <remarks>
/// A worker that is descheduled in the middle of a part holds it for a time slice of some milliseconds, as long as a hundred products of one token.
/// On idle cores the wait for the last part is about as long as a part. Longer waits are therefore a sign: where they take much of the time, one worker fewer
/// is used for a while, then all are tried again; if that was too early, the next hold is twice as long. Only timing depends on this, never a result.
/// </remarks>
/// <param name="threads">Threads in all, at least 1.</param>
/// <param name="second">Ticks of the clock in a second.</param>
internal sealed class ActiveWorkers(int threads, long second)
{
    private const int PartsOfPatience = 2;

    private readonly long _longWait = second / 4000;        // 250 microseconds: far below a time slice, far above a part of one token's products
    private readonly long _window = second / 50;            // 20 ms: a few time slices
    private readonly long _shortestHold = second / 10;
    private readonly long _longestHold = 2 * second;
    private long _hold = second / 20;                       // doubled before it is used
    private long _windowEnd;
    private long _lost;                                     // to long waits in this window
    private long _holdEnd;

    private readonly int _all = threads;

    /// <summary>Threads in use, including the caller.</summary>
    public int Count { get; private set; } = threads;

    /// <summary>Called after each job.</summary>
    /// <param name="now">The clock.</param>
    /// <param name="waited">How long the caller waited for other workers after its own last part.</param>
    /// <param name="part">Duration of one of the caller's own parts: waiting that long for another worker's last part is normal.</param>
    public void Note(long now, long waited, long part)
    {
        if (waited > Math.Max(_longWait, PartsOfPatience * part)) _lost += waited;
        if (Count < _all && now >= _holdEnd) Begin(now, _all);
        else if (now >= _windowEnd) EndWindow(now);
    }

    private void EndWindow(long now)
    {
        // Each of n workers does an n-th: if waiting costs more than half of a worker's share, running without it is faster.
        bool crowded = Count > 1 && _lost * 2 * Count > _window + now - _windowEnd;
        if (crowded)
        {
            if (Count == _all) _hold = Math.Min(2 * _hold, _longestHold);
            _holdEnd = now + _hold;
            Begin(now, Count - 1);
        }
        else
        {
            if (Count == _all) _hold = Math.Max(_hold / 2, _shortestHold / 2);
            Begin(now, Count);
        }
    }

    private void Begin(long now, int count)
    {
        Count = count;
        _lost = 0;
        _windowEnd = now + _window;
    }
}
