using Sandglass.Kernels;

namespace Sandglass.Studies;

/// <summary>How work and time grow with the length, through the rows of a <see cref="ScaleStudy"/>.</summary>
/// <param name="What"><c>prompt</c> or <c>token</c>.</param>
/// <param name="Weights">Power of the length that the counted work with the weights grows with, logits included.</param>
/// <param name="Attention">The same of attention.</param>
/// <param name="Time">The same of the measured time, over all lengths.</param>
/// <param name="LastTime">The same between the last two lengths alone.</param>
/// <param name="WeightsSeconds">Time a token that does not grow with the length.</param>
/// <param name="AttentionSeconds">Time a token and position before it: what grows.</param>
public sealed record ScaleFit(
    string What, double Weights, double Attention, double Time, double LastTime, double WeightsSeconds, double AttentionSeconds)
{
    /// <summary>The length from which on more time grows with it than does not; null where the times do not tell, being few or those of a busy
    /// machine.</summary>
    public double? Crossing => WeightsSeconds <= 0 || AttentionSeconds <= 0 ? null : WeightsSeconds / AttentionSeconds * (What == ScaleRow.Prompt ? 2 : 1);

    /// <summary>Of reading prompts, then of writing a token; null where there are fewer than two lengths.</summary>
    public static IReadOnlyList<ScaleFit>? Of(IReadOnlyList<ScaleRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return rows.DistinctBy(row => row.Context).Count() < 2 ? null : [Of(rows, ScaleRow.Prompt), Of(rows, ScaleRow.Token)];
    }

    private static ScaleFit Of(IReadOnlyList<ScaleRow> rows, string what)
    {
        ScaleRow[] counted = [.. rows.Where(row => row.What == what && row.Source == ScaleRow.Counted)];
        ScaleRow[] measured = [.. rows.Where(row => row.What == what && row.Source == ScaleRow.Measured)];
        // a token of a prompt sees half of it on average
        double seen = what == ScaleRow.Prompt ? 0.5 : 1;
        (double constant, double growing) = Line(measured.Select(row =>
            (seen * row.Context, row.Seconds!.Value / (what == ScaleRow.Prompt ? row.Context : 1))));
        return new ScaleFit(
            what, Power(counted, row => row.MultiplyAdds!.Value.Total - row.MultiplyAdds.Value.Attention),
            Power(counted, row => row.MultiplyAdds!.Value.Attention), Power(measured, row => row.Seconds!.Value), Power(measured[^2..], row => row.Seconds!.Value), constant, growing);
    }

    /// <summary>The slope of a least-squares line through the logarithms.</summary>
    private static double Power(ScaleRow[] rows, Func<ScaleRow, double> value) =>
        Slope(rows.Where(row => value(row) > 0).Select(row => (Elementary.Log((double)row.Context), Elementary.Log(value(row)), 1.0)));

    /// <summary>The line through points that misses each by the least share of it: constant, and slope.</summary>
    private static (double Constant, double Slope) Line(IEnumerable<(double X, double Y)> points)
    {
        (double X, double Y, double Weight)[] all = [.. points.Where(point => point.Y > 0).Select(point => (point.X, point.Y, 1 / (point.Y * point.Y)))];
        double slope = Slope(all), weights = all.Sum(point => point.Weight);
        return weights > 0 ? (all.Sum(point => point.Weight * (point.Y - slope * point.X)) / weights, slope) : (0, 0);
    }

    private static double Slope(IEnumerable<(double X, double Y, double Weight)> points)
    {
        (double sum, double sumX, double sumY, double sumXX, double sumXY) = (0, 0, 0, 0, 0);
        foreach ((double x, double y, double weight) in points)
            (sum, sumX, sumY, sumXX, sumXY) = (sum + weight, sumX + weight * x, sumY + weight * y, sumXX + weight * x * x, sumXY + weight * x * y);
        double width = sum * sumXX - sumX * sumX;
        return width > 0 ? (sum * sumXY - sumX * sumY) / width : 0;
    }
}
