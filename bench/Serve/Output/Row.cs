using Sandglass.ServeBench.Load;

namespace Sandglass.ServeBench.Output;

/// <summary>A server at a point over all rounds: medians of the rounds' figures, sums of what failed.</summary>
internal sealed class Row(IReadOnlyList<Measurement> rounds)
{
    public bool IsEmpty => rounds.Count == 0;

    public Measurement First => rounds[0];

    public int Failed => rounds.Sum(round => round.Summary.Failed);

    public int Busy => rounds.Sum(round => round.Summary.Busy);

    public double Median(Func<Summary, double> figure) => Series.MedianOf(rounds.Select(round => figure(round.Summary)));

    public double MedianOfRun(Func<Measurement, double> figure) => Series.MedianOf(rounds.Select(figure));

    /// <summary>One value a round that has a partner: what disturbs a whole round disturbs both.</summary>
    public double[] Paired(Func<int, double?> partner, Func<Summary, double, double> ratio) =>
        [.. rounds.Where(round => partner(round.Round) is not null).Select(round => ratio(round.Summary, partner(round.Round)!.Value))];

    public double? Of(int number, Func<Summary, double> figure) => rounds.Where(round => round.Round == number)
        .Select(round => (double?)figure(round.Summary)).FirstOrDefault();
}
