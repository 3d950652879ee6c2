using System.Globalization;
using Sandglass.KvCache;

namespace Sandglass.Generation;

/// <summary>Counts the requests that have not begun, and refuses those beyond its bounds: on the callers' threads, whatever the engine is doing.</summary>
/// <remarks>
/// A request that will find a free place does not wait: the bounds are on those beyond. Whether places are free the engine says after each step, so they are
/// also none where memory has no room. One may always wait, however long its prompt is: else it could be refused for ever.
/// </remarks>
internal sealed class WaitingRoom
{
    private readonly Lock _lock = new();
    private readonly ModelOptions _options;
    private readonly EngineSpeed _speed;
    private readonly PagePool? _pages;
    private int _free;
    private int _requests;
    private long _tokens, _written;

    /// <param name="options">The bounds.</param>
    /// <param name="speed">Measured by the engine.</param>
    /// <param name="pages">That prompts need; null where there is no end of them.</param>
    public WaitingRoom(ModelOptions options, EngineSpeed speed, PagePool? pages = null) =>
        (_options, _speed, _pages, _free) = (options, speed, pages, options.MaxBatch);

    /// <summary>Requests that have not begun.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Tokens of their prompts.</summary>
    public long Tokens => Volatile.Read(ref _tokens);

    /// <summary>One more waits.</summary>
    /// <exception cref="BusyException">There are too many already, or it would have to wait for too long.</exception>
    public void Enter(Ticket ticket)
    {
        BusyException refusal;
        lock (_lock)
        {
            if (Refusal(ticket) is not BusyException found)
            {
                ticket.Waits = true;
                Count(ticket, 1);
                return;
            }
            refusal = found;
        }
        throw refusal;
    }

    /// <summary>It has begun, or is over; more than once does nothing.</summary>
    public void Leave(Ticket ticket)
    {
        lock (_lock)
        {
            if (!ticket.Waits) return;
            ticket.Waits = false;
            Count(ticket, -1);
        }
    }

    /// <summary>Whether a request that has not begun has waited as long as it may.</summary>
    public bool IsTooLate(Ticket ticket) => !ticket.HasBegun && ticket.StartWithin is TimeSpan limit && _options.Time.GetElapsedTime(ticket.Asked) > limit;

    /// <summary>What a request hears that has waited as long as it may, and has not begun.</summary>
    public BusyException TooLate(Ticket ticket)
    {
        string limit = Seconds(ticket.StartWithin!.Value);
        lock (_lock) return new BusyException("deadline-passed", nameof(ticket.StartWithin), $"a beginning within {limit} s", "none by then", RetryAfter);
    }

    /// <summary>Between two steps: how many more requests may begin.</summary>
    public void SetFree(int places)
    {
        lock (_lock) _free = places;
    }

    /// <summary>How long a newcomer would wait for its beginning, by what was measured so far; zero where a place is free, and pages for its prompt.</summary>
    public TimeSpan EstimatedWait(int promptTokens)
    {
        lock (_lock) return Estimate(promptTokens);
    }

    private void Count(Ticket ticket, int sign)
    {
        _requests += sign;
        _tokens += sign * ticket.PromptTokens;
        _written += sign * _speed.Expected(ticket.MostWritten);
    }

    private TimeSpan Estimate(int promptTokens) =>
        _requests < _free && !(CacheShape.PagesFor(promptTokens) > _pages?.Room) ? TimeSpan.Zero : _speed.Time(_tokens, _written, _options.MaxBatch);

    private BusyException? Refusal(Ticket ticket)
    {
        if (_requests < _free) return null;
        int queued = _requests - _free;
        if (queued >= _options.MaxQueue)
        {
            return new BusyException("queue-full", nameof(_options.MaxQueue), $"at most {_options.MaxQueue} waiting requests", $"{queued}, and one more", RetryAfter);
        }
        if (queued > 0 && _tokens + ticket.PromptTokens > _options.MaxQueueTokens)
        {
            return new BusyException("queue-tokens-full", nameof(_options.MaxQueueTokens), $"at most {_options.MaxQueueTokens} tokens of waiting prompts",
                $"{_tokens}, and {ticket.PromptTokens} more", RetryAfter);
        }
        TimeSpan wait = Estimate(ticket.PromptTokens);
        if (wait > ticket.StartWithin)
        {
            return new BusyException("deadline-unreachable", nameof(ticket.StartWithin), $"a beginning within {Seconds(ticket.StartWithin.Value)} s",
                $"about {Seconds(wait)} s of waiting", EngineSpeed.RetryAfter(wait - ticket.StartWithin.Value));
        }
        return null;
    }

    private TimeSpan RetryAfter => EngineSpeed.RetryAfter(Estimate(int.MaxValue));

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
