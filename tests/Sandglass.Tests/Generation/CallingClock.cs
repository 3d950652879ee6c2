namespace Sandglass.Tests.Generation;

/// <summary>The system's clock, which calls back at one of the engine's looks at it: a point of a run that does not depend on speed. Texts with a time limit
/// look before each step.</summary>
internal sealed class CallingClock : TimeProvider
{
    private int _looks;
    private Action? _act;

    /// <summary>At the look of this number from now on, counted from 1.</summary>
    public void At(int look, Action act) => (_looks, _act) = (look, act);

    public override long GetTimestamp()
    {
        if (Interlocked.Decrement(ref _looks) == 0) _act?.Invoke();
        return base.GetTimestamp();
    }
}
