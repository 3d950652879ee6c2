namespace Sandglass.SideBySide;

/// <summary>The figures of one contestant in one cell, one a round, in tokens a second.</summary>
internal sealed class Series
{
    private readonly SortedDictionary<int, double> _byRound = [];

    public void Add(int round, double rate) => _byRound[round] = rate;

    public bool IsEmpty => _byRound.Count == 0;

    public double Median => MedianOf(_byRound.Values);

    /// <summary>(largest - smallest) / median.</summary>
    public double Spread => (_byRound.Values.Max() - _byRound.Values.Min()) / Median;

    /// <summary>This figure over the other's, round by round: what disturbs a whole round disturbs both.</summary>
    public double[] RatiosTo(Series other) => [.. _byRound.Where(own => other._byRound.ContainsKey(own.Key)).Select(own => own.Value / other._byRound[own.Key])];

    public static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
