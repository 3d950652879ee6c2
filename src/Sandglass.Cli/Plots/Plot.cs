namespace Sandglass.Cli;

/// <summary>A picture of an experiment: panels, one below the other.</summary>
/// <param name="Title">What it is of.</param>
/// <param name="Caption">What to know of it, below.</param>
internal sealed record Plot(string Title, string Caption, IReadOnlyList<PlotPanel> Panels);

/// <summary>A chart with two axes: lines through points, or bars where it has <see cref="Categories"/>.</summary>
/// <param name="XLabel">Below the horizontal axis.</param>
/// <param name="YLabel">Above the vertical axis.</param>
internal sealed record PlotPanel(string XLabel, string YLabel, IReadOnlyList<PlotSeries> Series)
{
    /// <summary>The names of the bars' groups: a point's X is the index of one. Null for lines.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>Whether each doubling of X takes the same room.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Whether Y begins at 0; bars always do.</summary>
    public bool FromZero { get; init; }
}

/// <summary>Points of one colour.</summary>
/// <param name="Name">In the legend.</param>
internal sealed record PlotSeries(string Name, IReadOnlyList<PlotPoint> Points);

/// <summary>A point, with what it may be in truth where that is known.</summary>
internal readonly record struct PlotPoint(double X, double Y, double? Low = null, double? High = null);
