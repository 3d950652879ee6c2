namespace Sandglass.ServeBench.Load;

/// <summary>Mean and percentiles of a measure, in seconds; zeros where there was nothing to measure, as in <c>vllm bench serve</c>.</summary>
internal sealed record Quantiles(double Mean, double P50, double P95, double P99)
{
    public static Quantiles Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? new Quantiles(0, 0, 0, 0) : new Quantiles(sorted.Average(), At(sorted, 50), At(sorted, 95), At(sorted, 99));
    }

    /// <summary>Between the two neighbours in proportion: NumPy's default.</summary>
    public static double At(double[] sorted, double percentile)
    {
        double place = percentile / 100 * (sorted.Length - 1);
        int below = (int)place, above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
