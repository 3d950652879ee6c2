namespace Sandglass.Generation;

/// <summary>
/// Readers for whom something came in the step under way: they are woken when it is over. So each is woken once, however many tokens the step gave it, and
/// finds them all, the end of the text among them; and none takes a processor from the step. For the engine's thread alone.
/// </summary>
/// <remarks>
/// The engine's thread wakes one thread, and that one the readers. If it woke each reader itself, the first one would take its processor away, read its token
/// and sleep again before the second was woken: with 16 texts that cost a tenth of the engine's time.
/// </remarks>
internal sealed class Arrivals
{
    private Readers _next;
    private Readers? _free;     // one that has been woken, and may be filled again

    public Arrivals() => _next = new Readers(this);

    /// <summary>One more to be woken.</summary>
    /// <param name="wake">Wakes it, and returns before it runs.</param>
    public void Add(Action wake) => _next.Wakes.Add(wake);

    /// <summary>The step is over.</summary>
    public void Wake()
    {
        if (_next.Wakes.Count == 0) return;
        Readers all = _next;
        _next = Interlocked.Exchange(ref _free, null) ?? new Readers(this);
        ThreadPool.UnsafeQueueUserWorkItem(all, preferLocal: false);
    }

    private sealed class Readers(Arrivals arrivals) : IThreadPoolWorkItem
    {
        public List<Action> Wakes { get; } = [];

        public void Execute()
        {
            foreach (Action wake in Wakes) wake();
            Wakes.Clear();
            Volatile.Write(ref arrivals._free, this);
        }
    }
}
