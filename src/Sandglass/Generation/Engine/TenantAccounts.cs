namespace Sandglass.Generation;

/// <summary>The accounts of tenants that have requests, and of those that have none and would otherwise escape what was done for them.</summary>
/// <remarks>
/// A tenant that has nothing waiting saves nothing up: when a request of its comes, its counter is lifted to the least of those that have requests waiting, or
/// of the one called last where nobody has. So one whose counter is below that need not be remembered, and there are never more accounts than that matter.
/// </remarks>
/// <param name="weights">By name.</param>
internal sealed class TenantAccounts(TenantWeights weights)
{
    private readonly Dictionary<string, TenantAccount> _all = [];
    private readonly PriorityQueue<TenantAccount, double> _waiting = new();     // by what was served when it was looked at last: never too much
    private readonly PriorityQueue<TenantAccount, double> _gone = new();        // without requests
    private TenantAccount? _called;     // last
    private int _active;

    /// <summary>How many are remembered.</summary>
    public int Count => _all.Count;

    /// <summary>The tenant's account.</summary>
    public TenantAccount Of(string name) =>
        _all.TryGetValue(name, out TenantAccount? account) ? account : _all[name] = new TenantAccount(name, weights);

    /// <summary>A group more waits.</summary>
    public void Waits(TenantAccount account)
    {
        if (account.Waiting == 0) account.Served = Math.Max(account.Served, Least());
        account.Waiting++;
        if (account.Listed.Waiting) return;
        account.Listed = account.Listed with { Waiting = true };
        _waiting.Enqueue(account, account.Served);
    }

    /// <summary>The next is called.</summary>
    public void Called(TenantAccount account) => _called = account;

    /// <summary>A request more.</summary>
    public void Enters(TenantAccount account)
    {
        account.Active++;
        _active++;
    }

    /// <summary>A request is over. An engine that has none forgets all: where nobody waits nobody is behind.</summary>
    public void Leaves(TenantAccount account)
    {
        account.Active--;
        if (--_active == 0)
        {
            _all.Clear();
            _waiting.Clear();
            _gone.Clear();
            _called = null;
            return;
        }
        if (account.Active > 0) return;
        if (!account.Listed.Gone)
        {
            account.Listed = account.Listed with { Gone = true };
            _gone.Enqueue(account, account.Served);
        }
        Forget();
    }

    /// <summary>What was served of the tenant that is behind all others, among those that have groups waiting.</summary>
    private double Least()
    {
        while (_waiting.TryPeek(out TenantAccount? account, out double served))
        {
            if (account.Waiting == 0)
            {
                _waiting.Dequeue();
                account.Listed = account.Listed with { Waiting = false };
            }
            else if (served < account.Served) _waiting.DequeueEnqueue(account, account.Served);
            else return served;
        }
        return _called?.Served ?? 0;
    }

    private void Forget()
    {
        double least = Least();
        while (_gone.TryPeek(out TenantAccount? account, out double served))
        {
            if (account.Active == 0 && served < account.Served) _gone.DequeueEnqueue(account, account.Served);
            else if (account.Active == 0 && served > least) return;
            else
            {
                _gone.Dequeue();
                account.Listed = account.Listed with { Gone = false };
                if (account.Active == 0) _all.Remove(account.Name);
            }
        }
    }
}
