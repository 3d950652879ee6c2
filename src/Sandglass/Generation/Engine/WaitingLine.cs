using System.Collections.Concurrent;

namespace Sandglass.Generation;

/// <summary>
/// The groups that have not been called. A step looks at the next ones only, at those that were cancelled, of which it is told, and at those whose time is
/// over: what it costs does not grow with how many wait.
/// </summary>
/// <param name="order">Of service.</param>
/// <param name="time">The model's clock.</param>
/// <param name="room">That refuses who comes too late; null for none.</param>
internal sealed class WaitingLine(ServiceOrder order, TimeProvider time, WaitingRoom? room)
{
    private readonly ConcurrentQueue<SequenceGroup> _toLookAt = new();     // cancelled, or turned away
    private readonly SortedSet<SequenceGroup> _timed = new(Comparer<SequenceGroup>.Create(
        static (one, other) => (one.LookAt, one.Arrival).CompareTo((other.LookAt, other.Arrival))));

    private long _now = long.MinValue;

    /// <summary>How many wait.</summary>
    public int Count => order.Waiting;

    /// <summary>Groups that were looked at so far, of those that wait: by this and by the scheduler.</summary>
    public long Looks { get; set; }

    /// <summary>One more waits.</summary>
    public void Add(Sequence sequence)
    {
        SequenceGroup group = sequence.Group;
        order.Add(group);
        Time(group, Math.Min(group.Share.Ticket.StartBy, group.Share.Ticket.EndBy));
        Action look = () => _toLookAt.Enqueue(group);
        sequence.Watch(look);
        group.Share.Ticket.Watch(look);
        sequence.Attempt(static one => one.CheckInterruption());
        if (sequence.IsOver || group.Share.Ticket.TurnedAway is not null) look();   // nobody tells of it again
    }

    /// <summary>Calls one: it waits here no longer, but its time runs on until it begins.</summary>
    public void Call(SequenceGroup group) => order.Call(group);

    /// <summary>One that was called begins, or is over.</summary>
    public void Leave(SequenceGroup group)
    {
        if (group.LookAt == long.MaxValue) return;
        _timed.Remove(group);
        group.LookAt = long.MaxValue;
    }

    /// <summary>One that was called waits again.</summary>
    public void Return(SequenceGroup group) => order.Return(group);

    /// <summary>Takes the next group out that is over: cancelled, or too late; null where no other is. One that was called is ended as a candidate.</summary>
    public SequenceGroup? TakeOver()
    {
        while (_toLookAt.TryDequeue(out SequenceGroup? group))
        {
            if (group.Waits is not null && IsOver(group)) return Taken(group);
        }
        while (_timed.Min is SequenceGroup first && first.LookAt <= _now)
        {
            Leave(first);
            if (!IsOver(first)) Time(first, _now + Math.Max(1, time.TimestampFrequency / 100));   // its own clock was asked a little later
            else if (first.Waits is not null) return Taken(first);
        }
        return null;
    }

    /// <summary>Where nothing waits or runs: those of which it was told while they ended are kept no longer.</summary>
    public void Forget() => _toLookAt.Clear();

    /// <summary>Looks at the clock, where the time of one that waits may be over.</summary>
    public void LookAtClock()
    {
        if (_timed.Count == 0) return;
        try
        {
            _now = time.GetTimestamp();
        }
        catch (Exception)
        {
            // The caller's clock fails: no time passes.
        }
    }

    /// <summary>Whether one that has not begun has waited as long as it may, or is over for another reason; then it ends.</summary>
    public bool IsOver(SequenceGroup group)
    {
        Looks++;
        Ticket ticket = group.Share.Ticket;
        bool isLate = _now >= ticket.StartBy, isOver = true;
        foreach (Sequence member in group.Members)
        {
            member.Attempt(static one => one.CheckInterruption());
            if (!member.IsOver && ticket.TurnedAway is BusyException reason) member.Fail(reason);
            else if (!member.IsOver && isLate && room is not null) member.Fail(room.TooLate(ticket));
            isOver &= member.IsOver;
        }
        return isOver;
    }

    /// <summary>Takes all out, in order.</summary>
    public void TakeAll(List<SequenceGroup> to)
    {
        while (order.Next is SequenceGroup next) to.Add(Taken(next));
    }

    private SequenceGroup Taken(SequenceGroup group)
    {
        Leave(group);
        order.Remove(group);
        return group;
    }

    private void Time(SequenceGroup group, long lookAt)
    {
        group.LookAt = lookAt;
        if (lookAt < long.MaxValue) _timed.Add(group);
    }
}
