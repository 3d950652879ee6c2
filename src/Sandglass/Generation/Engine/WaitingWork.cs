namespace Sandglass.Generation;

/// <summary>The requests that have not begun, by priority and tenant: how much comes before a newcomer is told without looking at each.</summary>
internal sealed class WaitingWork
{
    private readonly Dictionary<int, Level> _levels = [];

    /// <summary>All of it.</summary>
    public WorkAmount All { get; private set; }

    public void Add(Ticket ticket)
    {
        if (!_levels.TryGetValue(ticket.Priority, out Level? level)) _levels[ticket.Priority] = level = new Level();
        if (!level.Tenants.TryGetValue(ticket.Tenant, out TenantWork? tenant)) level.Tenants[ticket.Tenant] = tenant = new TenantWork();
        ticket.Place = tenant.Tickets.AddLast(ticket);
        Count(ticket, level, tenant, 1);
    }

    public void Remove(Ticket ticket)
    {
        Level level = _levels[ticket.Priority];
        TenantWork tenant = level.Tenants[ticket.Tenant];
        tenant.Tickets.Remove(ticket.Place!);
        ticket.Place = null;
        Count(ticket, level, tenant, -1);
        if (tenant.Tickets.Count == 0) level.Tenants.Remove(ticket.Tenant);
        if (level.Tenants.Count == 0) _levels.Remove(ticket.Priority);
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
            bool isKnown = level.Tenants.TryGetValue(newcomer.Tenant, out TenantWork? tenant);
            WorkAmount own = tenant?.All ?? default;
            before += own + (level.All - own).AtMost(level.Tenants.Count - (isKnown ? 1 : 0), own + WorkAmount.Of(newcomer));
        }
        return before;
    }

    /// <summary>
    /// Who gives its place in a full room to a newcomer: the last to come of the tenant that has the most waiting, of those that are the least urgent. Null
    /// where that would be no fairer: it must be less urgent, or its tenant have more left without it than the newcomer's will have.
    /// </summary>
    /// <param name="measure">By what tenants are compared.</param>
    public Ticket? Displaced(Ticket newcomer, Func<WorkAmount, long> measure)
    {
        int priority = int.MinValue;
        foreach (int one in _levels.Keys) priority = Math.Max(priority, one);
        if (priority < newcomer.Priority || !_levels.TryGetValue(priority, out Level? level)) return null;
        if (priority == newcomer.Priority && level.Tenants.Count == 1 && level.Tenants.ContainsKey(newcomer.Tenant)) return null;
        TenantWork? most = null;
        foreach (TenantWork tenant in level.Tenants.Values)
            if (most is null || measure(tenant.All) > measure(most.All)) most = tenant;
        Ticket last = most!.Tickets.Last!.Value;
        if (priority > newcomer.Priority) return last;
        WorkAmount own = (level.Tenants.GetValueOrDefault(newcomer.Tenant)?.All ?? default) + WorkAmount.Of(newcomer);
        return measure(most.All - WorkAmount.Of(last)) >= measure(own) ? last : null;
    }

    private void Count(Ticket ticket, Level level, TenantWork tenant, int sign)
    {
        WorkAmount work = WorkAmount.Of(ticket);
        All = sign > 0 ? All + work : All - work;
        level.All = sign > 0 ? level.All + work : level.All - work;
        tenant.All = sign > 0 ? tenant.All + work : tenant.All - work;
    }

    private sealed class Level
    {
        public WorkAmount All { get; set; }

        public Dictionary<string, TenantWork> Tenants { get; } = [];
    }

    private sealed class TenantWork
    {
        public WorkAmount All { get; set; }

        public LinkedList<Ticket> Tickets { get; } = new();     // in the order they came
    }
}
