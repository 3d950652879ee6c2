namespace Sandglass.Server.Tests;

/// <summary>A clock that a test turns by hand; its timers fire when it does.</summary>
internal sealed class HandClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Waiting> _waiting = [];
    private TimeSpan _now;

    /// <summary>Timers that nobody has disposed of.</summary>
    public int Timers { get { lock (_lock) return _waiting.Count; } }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() { lock (_lock) return _now.Ticks; }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waiting timer = new(this, () => callback(state)) { Due = _now + dueTime, Period = period };
        lock (_lock) _waiting.Add(timer);
        return timer;
    }

    public void Turn(TimeSpan by)
    {
        Waiting[] due;
        lock (_lock)
        {
            _now += by;
            due = [.. _waiting.Where(timer => timer.Due <= _now)];
            foreach (Waiting timer in due)
            {
                if (timer.Period > TimeSpan.Zero) timer.Due = _now + timer.Period;
                else _waiting.Remove(timer);
            }
        }
        foreach (Waiting timer in due) timer.Fire();
    }

    private sealed class Waiting(HandClock clock, Action fire) : ITimer
    {
        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; init; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
            lock (clock._lock) clock._waiting.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
