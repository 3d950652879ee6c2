namespace Sandglass.Studies;

/// <summary>A place of a text: how likely its token was, and which one was likeliest.</summary>
internal readonly record struct ScoredPlace(double Logprob, int Likeliest);

/// <summary>How the same places fared under two settings.</summary>
/// <param name="Lost">Nats a token that were lost, the mean; below 0 where some were gained.</param>
/// <param name="Error">Its standard error, as if places did not depend on each other.</param>
/// <param name="Equal">The share of places with the same likeliest token.</param>
internal readonly record struct ScoreDifference(double Lost, double Error, double Equal)
{
    public static ScoreDifference Of(ScoredPlace[] before, ScoredPlace[] after)
    {
        double[] lost = [.. before.Zip(after, (one, other) => one.Logprob - other.Logprob)];
        double mean = lost.Average(), variance = lost.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, lost.Length - 1);
        double equal = before.Zip(after, (one, other) => one.Likeliest == other.Likeliest ? 1.0 : 0).Average();
        return new ScoreDifference(mean, Math.Sqrt(variance / lost.Length), equal);
    }
}
