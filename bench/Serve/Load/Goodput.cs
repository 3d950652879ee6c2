using System.Globalization;

namespace Sandglass.ServeBench.Load;

/// <summary>What a user still calls good service: limits in seconds, none where infinite. A request counts when it keeps all.</summary>
internal sealed record Goodput(double FirstText = double.PositiveInfinity, double TimePerToken = double.PositiveInfinity,
    double EndToEnd = double.PositiveInfinity)
{
    public bool IsGood(Outcome outcome) => outcome.FirstText <= FirstText && outcome.TimePerToken <= TimePerToken && outcome.Ended <= EndToEnd;

    /// <summary>Reads <c>ttft:500</c>, <c>tpot:50</c>, <c>e2el:5000</c>, milliseconds, as <c>vllm bench serve --goodput</c>.</summary>
    /// <exception cref="ArgumentException">A name or a number is none.</exception>
    public static Goodput Parse(IEnumerable<string> limits)
    {
        Goodput goodput = new();
        foreach (string limit in limits)
        {
            string[] parts = limit.Split(':', 2);
            if (parts.Length < 2 || !double.TryParse(parts[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double milliseconds))
                throw new ArgumentException($"\"{limit}\" is no limit: ttft:MS, tpot:MS or e2el:MS.");
            goodput = parts[0] switch
            {
                "ttft" => goodput with { FirstText = milliseconds / 1000 },
                "tpot" => goodput with { TimePerToken = milliseconds / 1000 },
                "e2el" => goodput with { EndToEnd = milliseconds / 1000 },
                _ => throw new ArgumentException($"\"{limit}\" is no limit: ttft:MS, tpot:MS or e2el:MS."),
            };
        }
        return goodput;
    }

    public override string ToString() => string.Join(", ", new[] { ("ttft", FirstText), ("tpot", TimePerToken), ("e2el", EndToEnd) }
        .Where(limit => double.IsFinite(limit.Item2)).Select(limit => string.Create(CultureInfo.InvariantCulture, $"{limit.Item1} {1000 * limit.Item2:0} ms")));
}
