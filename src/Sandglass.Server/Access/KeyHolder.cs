using System.Globalization;

namespace Sandglass.Server;

/// <summary>The holder of a key: what it has taken within the last minute, and what it has under way. Safe for many threads.</summary>
public sealed class KeyHolder
{
    /// <summary>How long a holder of too many requests is told to wait: nobody knows when one of them ends.</summary>
    private static readonly TimeSpan WhileBusy = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private RateBucket? _requests, _tokens;
    private int _running;

    internal KeyHolder(string name, KeyLimits limits, TimeProvider time)
    {
        (Name, _time) = (name, time);
        Limits = limits;
        (_requests, _tokens) = (Bucket(limits.RequestsPerMinute), Bucket(limits.TokensPerMinute));
    }

    /// <summary>The key's name; empty where no keys are needed.</summary>
    public string Name { get; }

    /// <summary>What it may take.</summary>
    public KeyLimits Limits { get; private set; }

    /// <summary>Requests under way.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>The priority of a request: what it asks for, else the key's.</summary>
    /// <exception cref="RequestException">It asks to be served before what its key gives.</exception>
    internal int PriorityOf(int? asked) => !(asked < Limits.Priority) ? asked ?? Limits.Priority
        : throw new RequestException("parameter-value", $"priority: expected {Limits.Priority} or more, as the key allows, found {asked}.", "priority");

    /// <summary>Takes other limits, after the file of keys has changed. What was taken stays taken where the limit is the same.</summary>
    internal void Change(KeyLimits limits)
    {
        lock (_lock)
        {
            if (limits.RequestsPerMinute != Limits.RequestsPerMinute) _requests = Bucket(limits.RequestsPerMinute);
            if (limits.TokensPerMinute != Limits.TokensPerMinute) _tokens = Bucket(limits.TokensPerMinute);
            Limits = limits;
        }
    }

    /// <summary>Begins a request, which <see cref="Leave"/> ends; or says why it cannot begin now.</summary>
    internal Refusal? Enter()
    {
        lock (_lock)
        {
            if (Limits.Concurrency is int most && _running >= most)
                return new("key-concurrency", Said($"has {Counted(_running, "request")} under way; its limit is {most}"), WhileBusy);
            if (_requests?.Until(1) is { Ticks: > 0 } untilOne)
                return new("key-requests", Said($"has begun {Counted(_requests.Taken, "request")} within a minute; its limit is {_requests.Limit}"), untilOne);
            if (_tokens?.Until(1) is { Ticks: > 0 } untilSome)
                return new("key-tokens", Said($"has taken {Counted(_tokens.Taken, "token")} within a minute; its limit is {_tokens.Limit}"), untilSome);
            _requests?.Take(1);
            _running++;
            return null;
        }
    }

    /// <summary>Ends a request.</summary>
    internal void Leave()
    {
        lock (_lock) _running--;
    }

    /// <summary>Counts tokens that were read or written for it.</summary>
    /// <remarks>They are known only afterwards, so a request may take more than is left: then the next waits until that has been made good.</remarks>
    public void Charge(int tokens)
    {
        lock (_lock) _tokens?.Take(tokens);
    }

    /// <summary>Requests a minute; null without a limit.</summary>
    internal RateStatus? Requests { get { lock (_lock) return Status(_requests); } }

    /// <summary>Tokens a minute; null without a limit.</summary>
    internal RateStatus? Tokens { get { lock (_lock) return Status(_tokens); } }

    private static RateStatus? Status(RateBucket? bucket) => bucket is null ? null : new(bucket.Limit, bucket.Remaining, bucket.UntilFull);

    private RateBucket? Bucket(int? perMinute) => perMinute is int limit ? new RateBucket(limit, _time) : null;

    private string Said(string what) => $"The key of {Name} {what}. Wait as long as Retry-After says.";

    private static string Counted(long number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");
}
