namespace Sandglass.Generation;

/// <summary>What a request is served by: whose it is, how urgent, how much it asks for and how long it may wait. All its samples or beams have one.</summary>
internal sealed class Ticket
{
    private Action? _watcher;

    /// <summary>The lower is served earlier.</summary>
    public int Priority { get; init; }

    /// <summary>Whose it is.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens that it writes at most, of all samples or beams together; null where nobody knows.</summary>
    public long? MostWritten { get; init; }

    /// <summary>How long it may wait for its beginning; null for as long as it takes.</summary>
    public TimeSpan? StartWithin { get; init; }

    /// <summary>When <see cref="StartWithin"/> is over, by the model's clock.</summary>
    public long StartBy { get; init; } = long.MaxValue;

    /// <summary>When its whole time is over, waiting included.</summary>
    public long EndBy { get; init; } = long.MaxValue;

    /// <summary>Tokens that it is expected to write, as of its coming. The <see cref="WaitingRoom"/>'s alone.</summary>
    public long Expected { get; set; }

    /// <summary>Its place among those of its tenant that wait. The <see cref="WaitingRoom"/>'s alone.</summary>
    public LinkedListNode<Ticket>? Place { get; set; }

    /// <summary>Why it waits no longer although it has not begun: a newcomer has its place in a full room. Null for most.</summary>
    public BusyException? TurnedAway { get; private set; }

    /// <summary>Whether it counts as waiting. The <see cref="WaitingRoom"/>'s alone.</summary>
    public bool Waits { get; set; }

    /// <summary>Turns it away, on another caller's thread.</summary>
    public void TurnAway(BusyException reason)
    {
        TurnedAway = reason;
        Interlocked.MemoryBarrier();    // either this sees who watches, or who begins to watch sees the reason
        _watcher?.Invoke();
    }

    /// <summary>Has this called when it is turned away. Who asks whether it was after this misses nothing.</summary>
    public void Watch(Action turnedAway) => Interlocked.Exchange(ref _watcher, turnedAway);

    /// <summary>The clock's number so much later.</summary>
    public static long Later(TimeProvider time, long from, TimeSpan? by) =>
        by is TimeSpan span ? from + (long)Math.Min(Math.Ceiling(span.TotalSeconds * time.TimestampFrequency), long.MaxValue / 2) : long.MaxValue;
}
