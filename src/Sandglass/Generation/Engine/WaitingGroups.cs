namespace Sandglass.Generation;

/// <summary>
/// The groups that wait and that a step looks at: those that were called, or preempted, in order of service. Behind them is the <see cref="WaitingLine"/>, of
/// which it sees the next one only.
/// </summary>
internal sealed class WaitingGroups(ServiceOrder order, WaitingLine line)
{
    /// <summary>Groups that are called and have no room yet, at most: so many after the first may overtake it, where they are smaller.</summary>
    public const int MostCalled = 8;

    private const int MostRestPolls = 16;   // groups without pages whose readers are behind, and that are asked in a step whether they still are

    private readonly List<SequenceGroup> _groups = [];
    private readonly Queue<SequenceGroup> _behind = [];     // preempted, and their readers are too far behind
    private int _called;    // of the groups, those that have not begun

    /// <summary>Whether none waits, in the line neither.</summary>
    public bool IsEmpty => _groups.Count == 0 && _behind.Count == 0 && line.Count == 0;

    /// <summary>Whether one waits, in the line or here, that could go on if it had room.</summary>
    public bool Any => _groups.Count > 0 || line.Count > 0;

    /// <summary>How many are candidates.</summary>
    public int Count => _groups.Count;

    /// <summary>How many wait, in the line too.</summary>
    public int All => _groups.Count + _behind.Count + line.Count;

    /// <summary>Those that have begun, and were preempted.</summary>
    public int Preempted => _behind.Count + PreemptedThatWait;

    /// <summary>Those of them whose readers keep up.</summary>
    public int PreemptedThatWait => _groups.Count - _called;

    /// <summary>Candidates, in order of service.</summary>
    public SequenceGroup this[int at] => _groups[at];

    /// <summary>Adds groups to a list until it has so many: candidates, then those whose readers are behind, then the line.</summary>
    public void CopyTo(List<SequenceGroup> list, int most)
    {
        foreach (SequenceGroup group in _groups)
            if (list.Count < most) list.Add(group);
        foreach (SequenceGroup group in _behind)
            if (list.Count < most) list.Add(group);
        order.CopyTo(list, most);
    }

    /// <summary>One has lost its pages.</summary>
    public void Add(SequenceGroup preempted) => ServiceOrder.Insert(_groups, preempted);

    /// <summary>One is admitted.</summary>
    public void RemoveAt(int at)
    {
        if (!_groups[at].HasBegun) _called--;
        _groups.RemoveAt(at);
    }

    /// <summary>Asks each candidate, and some of those whose readers are behind, whether it is over and whether it may go on.</summary>
    public void Poll()
    {
        for (int polls = Math.Min(_behind.Count, MostRestPolls); polls > 0; polls--) Add(_behind.Dequeue());
        int kept = 0;
        foreach (SequenceGroup group in _groups)
        {
            if (!group.HasBegun) line.IsOver(group);
            else
            {
                line.Looks++;
                foreach (Sequence member in group.Members) member.Attempt(static one => one.Poll());
            }
        }
        for (int i = 0; i < _groups.Count; i++)
        {
            if (_groups[i] is { IsHeldUp: true, HasOver: false }) _behind.Enqueue(_groups[i]);
            else _groups[kept++] = _groups[i];
        }
        _groups.RemoveRange(kept, _groups.Count - kept);
    }

    /// <summary>Takes out the finished.</summary>
    /// <param name="end">Ends the finished members of one; true where none is left.</param>
    public void EndFinished(Predicate<SequenceGroup> end)
    {
        for (int i = 0; i < _groups.Count;)
        {
            if (end(_groups[i])) RemoveAt(i);
            else i++;
        }
    }

    /// <summary>Calls the next of the line, where it comes before the candidate at a place: it takes that place.</summary>
    public void TryCallBefore(int at, Func<SequenceGroup, bool> mayHaveRow)
    {
        if (order.Next is SequenceGroup next && (at >= _groups.Count || next.Priority < _groups[at].Priority) && mayHaveRow(next)) TryCall(next);
    }

    /// <summary>
    /// Whether others wait that the first in order keeps out: then one of them is a candidate, so it comes before that one when it goes to the end of the
    /// order.
    /// </summary>
    /// <param name="first">Of those that run.</param>
    /// <param name="calls">Whether one is called if need be.</param>
    public bool HasRivals(SequenceGroup first, bool calls)
    {
        foreach (SequenceGroup group in _groups)
            if (group.Priority <= first.Priority) return true;
        if (order.NextOf(first.Priority) is not SequenceGroup next) return false;
        return !calls || TryCall(next);
    }

    /// <summary>Makes candidates of all: the engine closes.</summary>
    public void TakeAll()
    {
        int called = _groups.Count;
        line.TakeAll(_groups);
        _called += _groups.Count - called;
        while (_behind.TryDequeue(out SequenceGroup? group)) _groups.Add(group);
    }

    /// <summary>Calls one, where few enough are called; of those a less urgent one goes back for it.</summary>
    private bool TryCall(SequenceGroup next)
    {
        if (_called >= MostCalled)
        {
            int last = _groups.FindLastIndex(static group => !group.HasBegun);
            SequenceGroup other = _groups[last];
            if (other.Priority <= next.Priority) return false;
            RemoveAt(last);
            line.Return(other);
        }
        line.Call(next);
        _called++;
        ServiceOrder.Insert(_groups, next);
        return true;
    }
}
