using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary>When a request's time is over, whatever is done for it: its body read, its texts encoded, scored, embedded or written.</summary>
internal sealed class Deadline : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);       // a timer's

    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly CancellationTokenSource _over;
    private readonly TimeSpan? _most;       // that the server gives
    private TimeSpan? _limit, _told;        // since it began, and as its owner knows it

    private Deadline(TimeSpan? limit, TimeProvider time)
    {
        (_time, _began, _most, _limit, _told) = (time, time.GetTimestamp(), limit, limit, limit);
        _over = new CancellationTokenSource(Timer(limit), time);
    }

    /// <summary>Cancelled when it has passed.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>The time that is left, at least a moment; null for as long as it takes.</summary>
    public TimeSpan? Left => _limit is TimeSpan limit ? TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, (limit - Elapsed).Ticks)) : null;

    /// <summary>How long its client may be waited for: as long as usual, and all in all no longer when the time is over that the server gives. Else who reads
    /// slowly would hold for hours what the answer is made of.</summary>
    public TimeSpan Patience(TimeSpan usual)
    {
        TimeSpan? last = _most - Elapsed + usual;
        return last < usual ? TimeSpan.FromTicks(Math.Max(0, last.Value.Ticks)) : usual;
    }

    private TimeSpan Elapsed => _time.GetElapsedTime(_began);

    /// <summary>Begins the time of a request.</summary>
    public static Deadline Begin(HttpContext context, TimeSpan? limit, TimeProvider time)
    {
        Deadline deadline = new(limit, time);
        context.Features.Set(deadline);
        context.Response.RegisterForDispose(deadline);
        return deadline;
    }

    /// <summary>That of a request; null where its body was never looked at.</summary>
    public static Deadline? Of(HttpContext context) => context.Features.Get<Deadline>();

    /// <summary>The request asks for an earlier one, from now on.</summary>
    public void Narrow(TimeSpan asked)
    {
        if (_limit <= Elapsed + asked) return;
        (_limit, _told) = (Elapsed + asked, asked);
        _over.CancelAfter(Timer(asked));
    }

    /// <summary>What a request failed of, where it was ended because its time was over; else the failure itself.</summary>
    public static Exception Explain(HttpContext context, Exception failure) =>
        failure is OperationCanceledException && Of(context) is { } deadline && deadline.Over.IsCancellationRequested
            ? new RequestException(
                "request-time", $"The request was not done within {deadline._told!.Value.TotalSeconds:0.###} s, which is as long as it may take.")
            : failure;

    public void Dispose() => _over.Dispose();

    private static TimeSpan Timer(TimeSpan? limit) => limit is not TimeSpan some ? Timeout.InfiniteTimeSpan : some < Longest ? some : Longest;
}
