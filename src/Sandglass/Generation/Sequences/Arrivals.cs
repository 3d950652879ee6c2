namespace Sandglass.Generation;

/// <summary>
/// Readers for whom something came in the step under way: they are woken when it is over. So each is woken once, however many tokens the step gave it, and
/// finds them all, the end of the text among them; and none takes a processor from the step. For the engine's thread alone.
/// </summary>
internal sealed class Arrivals
{
    private readonly List<Action> _readers = [];

    /// <summary>One more to be woken.</summary>
    /// <param name="wake">Wakes it, and returns before it runs.</param>
    public void Add(Action wake) => _readers.Add(wake);

    /// <summary>The step is over.</summary>
    public void Wake()
    {
        foreach (Action wake in _readers) wake();
        _readers.Clear();
    }
}
