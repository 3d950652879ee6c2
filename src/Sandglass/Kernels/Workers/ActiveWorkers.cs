namespace Sandglass.Kernels;

/// <summary>How many threads of a pool take part: fewer while another process sits on a core, so that the others need not wait for who has lost his.</summary>
/// <remarks>
/// A worker that the system takes off its core in the middle of a part keeps it for a time slice of some milliseconds, as long as a hundred products of one token.
/// On cores of our own the last part is waited for about as long as a part takes. So longer waits tell: where they take much of the time, one thread fewer takes part for a
/// while, then all are tried again; for twice as long where that was too early. Only time depends on it, no result.
/// </remarks>
/// <param name="threads">Threads in all, at least 1.</param>
/// <param name="second">Ticks of the clock in a second.</param>
internal sealed class ActiveWorkers(int threads, long second)
{
    private const int PartsOfPatience = 2;

    private readonly long _longWait = second / 4000;        // 250 microseconds: far below a time slice, far above a part of one token's products
    private readonly long _window = second / 50;            // 20 ms: some time slices
    private readonly long _shortestHold = second / 10;
    private readonly long _longestHold = 2 * second;
    private long _hold = second / 20;                       // doubled before it is used
    private long _windowEnd;
    private long _lost;                                     // in long waits of this window
    private long _holdEnd;

    private readonly int _all = threads;

    /// <summary>Threads that take part, the caller included.</summary>
    public int Count { get; private set; } = threads;

    /// <summary>Told after each job.</summary>
    /// <param name="now">The clock.</param>
    /// <param name="waited">How long the caller, with nothing left to do, waited for others.</param>
    /// <param name="part">How long one of its own parts took: who waits for another's last one has lost nothing.</param>
    public void Note(long now, long waited, long part)
    {
        if (waited > Math.Max(_longWait, PartsOfPatience * part)) _lost += waited;
        if (Count < _all && now >= _holdEnd) Begin(now, _all);
        else if (now >= _windowEnd) EndWindow(now);
    }

    private void EndWindow(long now)
    {
        // Each of n threads does an n-th: who waits for more than half of one's share of the time is faster without him.
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
