namespace Sandglass.Server;

/// <summary>A limit a minute: a bucket that holds a minute's worth and fills evenly. Not safe for several threads at once.</summary>
/// <param name="perMinute">The limit.</param>
/// <param name="time">The clock.</param>
internal sealed class RateBucket(int perMinute, TimeProvider time)
{
    private double _level = perMinute;
    private long _at = time.GetTimestamp();

    /// <summary>The limit.</summary>
    public int Limit => perMinute;

    /// <summary>What may still be taken; 0 also where more was taken than there was.</summary>
    public int Remaining => (int)Math.Max(0, Level());

    /// <summary>What was taken and has not filled up again, more than the limit too.</summary>
    public long Taken => (long)Math.Ceiling(perMinute - Level());

    /// <summary>Until the bucket is full again.</summary>
    public TimeSpan UntilFull => Until(perMinute);

    /// <summary>Until so much is in it.</summary>
    public TimeSpan Until(double level) => TimeSpan.FromMinutes(Math.Max(0, level - Level()) / perMinute);

    /// <summary>Takes so much, also more than is there: what follows waits until the bucket has filled from below.</summary>
    public void Take(double amount)
    {
        Level();
        _level -= amount;
    }

    private double Level()
    {
        long now = time.GetTimestamp();
        _level = Math.Min(perMinute, _level + perMinute * time.GetElapsedTime(_at, now).TotalMinutes);
        _at = now;
        return _level;
    }
}
