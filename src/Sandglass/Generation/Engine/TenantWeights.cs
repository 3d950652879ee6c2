using System.Collections.Frozen;

namespace Sandglass.Generation;

/// <summary>The shares of tenants: who is not there has 1. They may change, from any thread, while requests run; what was served stays as it was
/// counted.</summary>
internal sealed class TenantWeights
{
    private volatile FrozenDictionary<string, double> _weights = FrozenDictionary<string, double>.Empty;

    public TenantWeights(IReadOnlyDictionary<string, double>? weights = null)
    {
        if (weights is not null) Change(weights);
    }

    /// <summary>The weights as they are; another object after each change.</summary>
    public FrozenDictionary<string, double> Now => _weights;

    /// <summary>From now on these hold.</summary>
    public void Change(IReadOnlyDictionary<string, double> weights) => _weights = weights.ToFrozenDictionary();
}
