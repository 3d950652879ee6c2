namespace Sandglass.SideBySide;

/// <summary>A cell's figures: ours, and each peer's with the best of its settings.</summary>
internal sealed record CellResult(Series Own, (Contestant Contestant, Series Series)[] Others)
{
    /// <summary>The peer with the largest median.</summary>
    public (Contestant Contestant, Series Series)? Better => Others.Length == 0 ? null : Others.MaxBy(other => other.Series.Median);

    /// <summary>Ours over the better peer's, one a round both were in.</summary>
    public double[] Ratios => Better is { } better ? Own.RatiosTo(better.Series) : [];

    /// <summary>The median of the rounds' ratios.</summary>
    public double Ratio => Series.MedianOf(Ratios);

    public bool IsBehind => Ratio < 1;
}
