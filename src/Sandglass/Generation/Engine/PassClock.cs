namespace Sandglass.Generation;

/// <summary>Measures a pass that is traced: what the model takes, then what choosing takes, by turns.</summary>
/// <param name="time">The clock. Where it fails nothing is measured.</param>
internal sealed class PassClock(TimeProvider time)
{
    private long _since;

    /// <summary>What the model took.</summary>
    public TimeSpan Forward { get; private set; }

    /// <summary>What choosing took.</summary>
    public TimeSpan Choosing { get; private set; }

    /// <summary>A pass begins.</summary>
    public void Begin() => (Forward, Choosing, _since) = (default, default, Now());

    /// <summary>The time since the last call was the model's.</summary>
    public void EndForward() => Forward += Lap();

    /// <summary>The time since the last call was spent on choosing.</summary>
    public void EndChoosing() => Choosing += Lap();

    private TimeSpan Lap()
    {
        long from = _since;
        _since = Now();
        return _since > from ? TimeSpan.FromSeconds((_since - from) / (double)time.TimestampFrequency) : default;
    }

    private long Now()
    {
        try
        {
            return time.GetTimestamp();
        }
        catch (Exception)
        {
            return _since;
        }
    }
}
