using System.Globalization;
using Sandglass.KvCache;

namespace Sandglass.Generation;

/// <summary>Counts the requests that have not begun, refuses those beyond its bounds and estimates how long one waits: on the callers' threads, whatever the
/// engine is doing.</summary>
/// <remarks>
/// A request that will find a free place does not wait: the bounds are on those beyond. Whether places are free the engine says after each step, so they are
/// also none where memory has no room. One may always wait, however long its prompt is: else it could be refused for ever. Where the room is full a newcomer
/// takes the place of one that is less urgent, or else of the tenant that has the most waiting, if that is not its own: so none fills the room alone.
/// </remarks>
/// <param name="options">The bounds, and the clock.</param>
/// <param name="speed">Measured by the engine.</param>
/// <param name="pages">That prompts need; null where there is no end of them.</param>
internal sealed class WaitingRoom(ModelOptions options, EngineSpeed speed, PagePool? pages = null)
{
    private readonly Lock _lock = new();
    private readonly WaitingWork _work = new();
    private int _free = options.MaxBatch;
    private int _running, _preempted, _leastUrgent;     // places taken, begun requests that wait, the highest priority of those that run
    private long _left;                                 // tokens that those that run have yet to write

    /// <summary>Requests that have not begun.</summary>
    public int Requests
    {
        get
        {
            lock (_lock) return _work.All.Requests;
        }
    }

    /// <summary>Tokens of their prompts.</summary>
    public long Tokens
    {
        get
        {
            lock (_lock) return _work.All.PromptTokens;
        }
    }

    /// <summary>One more waits.</summary>
    /// <exception cref="BusyException">There are too many already, or it would have to wait for too long.</exception>
    public void Enter(Ticket ticket)
    {
        ticket.Expected = speed.Expected(ticket.MostWritten);
        BusyException? refusal, reason = null;
        Ticket? displaced = null;
        lock (_lock)
        {
            refusal = TooLong(ticket);
            if (refusal is null && Full(ticket) is BusyException full)
            {
                displaced = _work.Displaced(ticket, full.Limit == nameof(options.MaxQueue) ? static work => work.Requests : static work => work.PromptTokens);
                if (displaced is null || Full(ticket, displaced) is not null) (refusal, displaced) = (full, null);
                else reason = full;
            }
            if (displaced is not null) Remove(displaced);
            ticket.Waits = refusal is null;
            if (ticket.Waits) _work.Add(ticket);
        }
        displaced?.TurnAway(reason!);
        if (refusal is not null) throw refusal;
    }

    /// <summary>It has begun, or is over; more than once does nothing.</summary>
    public void Leave(Ticket ticket)
    {
        lock (_lock)
        {
            if (ticket.Waits) Remove(ticket);
        }
    }

    /// <summary>A request that had begun is over; its place is free for the next.</summary>
    public void Ended(RowShare request, bool hadPlace)
    {
        speed.Ended(request.Written);
        if (!hadPlace) return;
        lock (_lock) _free++;
    }

    /// <summary>After a step.</summary>
    /// <param name="running">Requests that run.</param>
    /// <param name="preempted">Begun ones that wait.</param>
    /// <param name="free">How many more may begin.</param>
    public void Now(List<RowShare> running, int preempted, int free)
    {
        long left = 0;
        int leastUrgent = int.MinValue;
        foreach (RowShare request in running)
        {
            left += Math.Max(1, speed.Expected(request.Ticket.MostWritten) - request.Written);
            leastUrgent = Math.Max(leastUrgent, request.Ticket.Priority);
        }
        lock (_lock) (_running, _left, _leastUrgent, _preempted, _free) = (running.Count, left, leastUrgent, preempted, free);
    }

    /// <summary>How long a plain newcomer would wait for its beginning, by what was measured so far; zero where a place is free, and pages for its
    /// prompt.</summary>
    public TimeSpan EstimatedWait(int promptTokens)
    {
        lock (_lock) return Wait(new Ticket { PromptTokens = promptTokens, Expected = speed.Expected(null) });
    }

    /// <summary>What a request hears that has waited as long as it may, and has not begun.</summary>
    public BusyException TooLate(Ticket ticket)
    {
        lock (_lock)
        {
            return new BusyException("deadline-passed", nameof(ticket.StartWithin), $"a beginning within {Seconds(ticket.StartWithin!.Value)} s",
                "none by then", EngineSpeed.RetryAfter(Wait(ticket)));
        }
    }

    /// <summary>
    /// The time until as many have ended as come before it, and one more: none where a place is free, or one that is less urgent has one.
    /// </summary>
    private TimeSpan Wait(Ticket ticket)
    {
        WorkAmount ahead = _work.Before(ticket);
        bool hasPages = !(CacheShape.PagesFor(ticket.PromptTokens) > pages?.RoomInReach);
        if (ahead.Requests < _free && hasPages) return TimeSpan.Zero;
        if (ahead.Requests == 0 && ticket.Priority < _leastUrgent) return TimeSpan.Zero;
        long one = _left / Math.Max(1, _running);       // that ends before it begins
        return speed.Time(ahead.PromptTokens, ahead.Written + one * (1 + _preempted), Math.Max(1, _running));
    }

    private void Remove(Ticket ticket)
    {
        ticket.Waits = false;
        _work.Remove(ticket);
    }

    /// <summary>The refusal where there is no room; null where there is.</summary>
    /// <param name="ticket">Of the newcomer.</param>
    /// <param name="without">One that would leave; null for none.</param>
    private BusyException? Full(Ticket ticket, Ticket? without = null)
    {
        WorkAmount all = without is null ? _work.All : _work.All - WorkAmount.Of(without);
        int queued = all.Requests - _free;
        if (queued < 0) return null;
        if (queued >= options.MaxQueue)
        {
            return new BusyException("queue-full", nameof(options.MaxQueue), $"at most {options.MaxQueue} waiting requests", $"{queued}, and one more",
                EngineSpeed.RetryAfter(Wait(ticket)));
        }
        if (queued == 0 || !(all.PromptTokens + ticket.PromptTokens > options.MaxQueueTokens)) return null;
        return new BusyException("queue-tokens-full", nameof(options.MaxQueueTokens), $"at most {options.MaxQueueTokens} tokens of waiting prompts",
            $"{all.PromptTokens}, and {ticket.PromptTokens} more", EngineSpeed.RetryAfter(Wait(ticket)));
    }

    /// <summary>The refusal where it cannot begin in time; null where it can.</summary>
    private BusyException? TooLong(Ticket ticket)
    {
        if (ticket.StartWithin is not TimeSpan limit) return null;
        TimeSpan wait = Wait(ticket);
        if (wait <= limit) return null;
        return new BusyException("deadline-unreachable", nameof(ticket.StartWithin), $"a beginning within {Seconds(limit)} s",
            $"about {Seconds(wait)} s of waiting", EngineSpeed.RetryAfter(wait - limit));
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
