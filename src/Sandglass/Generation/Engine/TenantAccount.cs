using System.Collections.Frozen;

namespace Sandglass.Generation;

/// <summary>What was done for one tenant: a virtual token counter (Sheng et al., <i>Fairness in serving large language models</i>, 2024).</summary>
/// <param name="name">The tenant's.</param>
/// <param name="weights">Shares: work counts for the less, the larger its own is.</param>
internal sealed class TenantAccount(string name, TenantWeights weights)
{
    private double _credit;
    private FrozenDictionary<string, double>? _known;   // the weights that Weight is of

    public string Name { get; } = name;

    /// <summary>Work done for it, divided by its weight; it never falls.</summary>
    public double Served { get; set; }

    /// <summary>Groups of its that wait to be called.</summary>
    public int Waiting { get; set; }

    /// <summary>Requests of its that are not over.</summary>
    public int Active { get; set; }

    /// <summary>Whether the list of those that have groups waiting, or of those that are gone, has it. <see cref="TenantAccounts"/>' alone.</summary>
    public (bool Waiting, bool Gone) Listed { get; set; }

    /// <summary>While rows are dealt: <see cref="Served"/>, and what the rows dealt so far will add.</summary>
    public double Dealt { get; set; }

    private double Weight
    {
        get
        {
            FrozenDictionary<string, double> now = weights.Now;
            if (_known != now) (_known, field) = (now, now.GetValueOrDefault(Name, 1));
            return field;
        }
    }

    /// <summary>Adds work, as far as there is no credit for it.</summary>
    /// <param name="cost">In tokens read.</param>
    public void Charge(double cost)
    {
        double credit = Math.Min(_credit, cost);
        _credit -= credit;
        Served += (cost - credit) / Weight;
    }

    /// <summary>Work that was charged and not done: later work is free for as much. So the counter never falls, and orders by it are made once.</summary>
    /// <param name="cost">In tokens read.</param>
    public void Refund(double cost) => _credit += cost;

    /// <summary>Deals a row.</summary>
    public void Deal() => Dealt += ServiceOrder.WrittenCost / Weight;
}
