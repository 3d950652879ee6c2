namespace Sandglass.Tests.Generation;

/// <summary>A clock that keeps the engine's thread from going on until it is released: whoever comes before that waits, and all begin together.</summary>
/// <param name="time">The clock itself; null for the system's.</param>
internal sealed class HeldEngine(TimeProvider? time = null) : TimeProvider, IDisposable
{
    private readonly ManualResetEventSlim _released = new();
    private readonly TimeProvider _time = time ?? System;

    public override long TimestampFrequency => _time.TimestampFrequency;

    public override long GetTimestamp()
    {
        if (Thread.CurrentThread.Name == "sandglass engine") _released.Wait();
        return _time.GetTimestamp();
    }

    public void Release() => _released.Set();

    public void Dispose() => _released.Dispose();
}
