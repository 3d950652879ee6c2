namespace Sandglass.Generation;

/// <summary>Numbers that stand for tenants, in the order they are met. No number ever means two of them.</summary>
internal sealed class TenantNumbers
{
    private const int Most = 1024;      // that are remembered; beyond it all are forgotten, and who comes again has another number

    private readonly Dictionary<string, long> _numbers = [];
    private long _last;

    /// <summary>The number of one.</summary>
    public long Of(string name)
    {
        if (_numbers.TryGetValue(name, out long number)) return number;
        if (_numbers.Count == Most) _numbers.Clear();
        return _numbers[name] = ++_last;
    }
}
