namespace Sandglass.Tests.Generation;

/// <summary>A clock that goes on by a second when the engine's thread looks at it, and by none for others: so what is measured does not depend on speed. Until
/// it is released the engine's thread waits, so that whoever comes before comes at once.</summary>
internal sealed class StepClock : TimeProvider, IDisposable
{
    private readonly ManualResetEventSlim _released = new();
    private long _seconds;

    public override long TimestampFrequency => 1;

    public override long GetTimestamp()
    {
        if (Thread.CurrentThread.Name != "sandglass engine") return Volatile.Read(ref _seconds);
        _released.Wait();
        return Interlocked.Increment(ref _seconds);
    }

    /// <summary>The engine's thread goes on.</summary>
    public void Release() => _released.Set();

    /// <summary>It waits at its next look.</summary>
    public void Hold() => _released.Reset();

    /// <summary>So many seconds pass.</summary>
    public void Pass(int seconds) => Interlocked.Add(ref _seconds, seconds);

    public void Dispose()
    {
        _released.Set();
        _released.Dispose();
    }
}
