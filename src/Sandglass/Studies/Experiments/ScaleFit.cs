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
    private const double Thousand = 1000;       // the two terms are of like size then, and soon found

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
        LeastSquares times = new(2);
        foreach (ScaleRow row in measured.Where(row => row.Seconds > 0))       // of a coarse clock some are 0
        {
            double tokens = what == ScaleRow.Prompt ? row.Context : 1, seen = row.Context * (what == ScaleRow.Prompt ? 0.5 : 1);   // of a prompt, on average
            times.Add([1, seen / Thousand], row.Seconds!.Value / tokens);
        }
        double[] found = times.Solve();
        return new ScaleFit(
            what, Growth(counted, row => row.MultiplyAdds!.Value.Total - row.MultiplyAdds.Value.Attention),
            Growth(counted, row => row.MultiplyAdds!.Value.Attention), Growth(measured, row => row.Seconds!.Value),
            Growth(measured[^2..], row => row.Seconds!.Value), found[0], found[1] / Thousand);
    }

    private static double Growth(ScaleRow[] rows, Func<ScaleRow, double> value) => Power.Of(rows.Select(row => ((double)row.Context, value(row))));
}
