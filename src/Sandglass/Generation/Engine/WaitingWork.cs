namespace Sandglass.Generation;

/// <summary>Requests, and what they have to read and are expected to write.</summary>
internal readonly record struct WorkAmount(int Requests, long PromptTokens, long Written)
{
    public static WorkAmount Of(Ticket ticket) => new(1, ticket.PromptTokens, ticket.Expected);

    public static WorkAmount operator +(WorkAmount one, WorkAmount other) =>
        new(one.Requests + other.Requests, one.PromptTokens + other.PromptTokens, one.Written + other.Written);

    public static WorkAmount operator -(WorkAmount one, WorkAmount other) =>
        new(one.Requests - other.Requests, one.PromptTokens - other.PromptTokens, one.Written - other.Written);

    /// <summary>At most so many times another.</summary>
    public WorkAmount AtMost(int times, WorkAmount other) =>
        new((int)Math.Min(Requests, (long)times * other.Requests), Math.Min(PromptTokens, times * other.PromptTokens), Math.Min(Written, times * other.Written));
}

/// <summary>The work of requests that have not begun, by priority and tenant: how much of it comes before a newcomer is told without looking at each.</summary>
internal sealed class WaitingWork
{
    private readonly Dictionary<int, Level> _levels = [];

    /// <summary>All of it.</summary>
    public WorkAmount All { get; private set; }

    public void Add(Ticket ticket)
    {
        WorkAmount work = WorkAmount.Of(ticket);
        if (!_levels.TryGetValue(ticket.Priority, out Level? level)) _levels[ticket.Priority] = level = new Level();
        All += work;
        level.All += work;
        level.Tenants[ticket.Tenant] = level.Tenants.GetValueOrDefault(ticket.Tenant) + work;
    }

    public void Remove(Ticket ticket)
    {
        WorkAmount work = WorkAmount.Of(ticket);
        Level level = _levels[ticket.Priority];
        All -= work;
        level.All -= work;
        WorkAmount left = level.Tenants[ticket.Tenant] - work;
        if (left.Requests > 0) level.Tenants[ticket.Tenant] = left;
        else level.Tenants.Remove(ticket.Tenant);
        if (level.All.Requests == 0) _levels.Remove(ticket.Priority);
    }

    /// <summary>
    /// What is served before a newcomer: all that is more urgent, its tenant's own that came before, and as much of each other tenant as of that and itself.
    /// </summary>
    public WorkAmount Before(Ticket newcomer)
    {
        WorkAmount before = default;
        foreach ((int priority, Level level) in _levels)
        {
            if (priority < newcomer.Priority) before += level.All;
            if (priority != newcomer.Priority) continue;
            bool isKnown = level.Tenants.TryGetValue(newcomer.Tenant, out WorkAmount own);
            int others = level.Tenants.Count - (isKnown ? 1 : 0);
            before += own + (level.All - own).AtMost(others, own + WorkAmount.Of(newcomer));
        }
        return before;
    }

    private sealed class Level
    {
        public WorkAmount All { get; set; }

        public Dictionary<string, WorkAmount> Tenants { get; } = [];
    }
}
