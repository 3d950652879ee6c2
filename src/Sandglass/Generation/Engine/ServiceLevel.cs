namespace Sandglass.Generation;

/// <summary>Groups of one priority that wait to be called: a line for each tenant, in order of arrival; the line of the least served tenant is first.</summary>
internal sealed class ServiceLevel
{
    private readonly Dictionary<TenantAccount, Line> _lines = [];
    private readonly PriorityQueue<Line, (double Served, long Arrival)> _order = new();     // by what held when it was looked at last: never too late

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>The next; null where none waits. Of lines whose tenants were served meanwhile those at the front alone take their places anew.</summary>
    public SequenceGroup? First
    {
        get
        {
            while (_order.TryPeek(out Line? line, out (double Served, long Arrival) was))
            {
                if (line.Groups.First is not { Value: SequenceGroup next })
                {
                    _order.Dequeue();
                    _lines.Remove(line.Account);
                    continue;
                }
                (double, long) now = (line.Account.Served, next.Arrival);
                if (was.CompareTo(now) >= 0) return next;
                _order.DequeueEnqueue(line, now);
            }
            return null;
        }
    }

    /// <summary>One more, the last of its tenant's line; or again the first, where it is returned.</summary>
    public void Add(SequenceGroup group, TenantAccount account, bool isReturned)
    {
        if (!_lines.TryGetValue(account, out Line? line))
        {
            _lines[account] = line = new Line(account);
            _order.Enqueue(line, (account.Served, group.Arrival));
        }
        group.Waits = isReturned ? line.Groups.AddFirst(group) : line.Groups.AddLast(group);
        Count++;
    }

    /// <summary>Adds groups to a list until it has so many, tenant by tenant.</summary>
    public void CopyTo(List<SequenceGroup> list, int most)
    {
        foreach (Line line in _lines.Values)
        {
            foreach (SequenceGroup group in line.Groups)
            {
                if (list.Count >= most) return;
                list.Add(group);
            }
        }
    }

    /// <summary>It does not wait any more.</summary>
    public void Remove(SequenceGroup group)
    {
        group.Waits!.List!.Remove(group.Waits);
        group.Waits = null;
        Count--;
    }

    private sealed class Line(TenantAccount account)
    {
        public TenantAccount Account { get; } = account;

        public LinkedList<SequenceGroup> Groups { get; } = new();
    }
}
