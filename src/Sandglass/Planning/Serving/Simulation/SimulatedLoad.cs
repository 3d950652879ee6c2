namespace Sandglass.Planning;

/// <summary>What a simulation of the scheduler saw.</summary>
public sealed record SimulatedLoad
{
    private const int Parts = 20;

    /// <summary>Requests a second.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>Seconds from a request's coming to its place, on average.</summary>
    public required double MeanWait { get; init; }

    /// <summary>Standard error of the mean, from parts of the run: requests that come after each other wait alike.</summary>
    public required double WaitError { get; init; }

    /// <summary>Seconds that 95 of 100 requests wait at most.</summary>
    public required double Wait95 { get; init; }

    /// <summary>Seconds from a request's coming to its first token, on average.</summary>
    public required double MeanFirst { get; init; }

    /// <summary>Seconds that 95 of 100 first tokens take at most.</summary>
    public required double First95 { get; init; }

    /// <summary>Seconds between two tokens of a text, on average over all tokens.</summary>
    public required double SecondsPerToken { get; init; }

    /// <summary>Texts in a step, on average over time.</summary>
    public required double MeanTexts { get; init; }

    /// <summary>Texts that lost their pages to others, and were read again.</summary>
    public required int Preemptions { get; init; }

    internal static SimulatedLoad Of(List<SimulatedTimes> texts, double rate, double meanTexts, int preemptions)
    {
        double[] waits = [.. texts.Select(static text => text.Wait)], firsts = [.. texts.Select(static text => text.First)];
        double mean = waits.Average();
        double[] parts = [.. waits.Chunk((waits.Length + Parts - 1) / Parts).Select(static part => part.Average())];
        long between = texts.Sum(static text => (long)text.Between);
        return new SimulatedLoad
        {
            RequestsPerSecond = rate,
            MeanWait = mean,
            WaitError = parts.Length < 2 ? 0 : Math.Sqrt(parts.Sum(part => (part - mean) * (part - mean)) / (parts.Length - 1) / parts.Length),
            Wait95 = Quantile(waits),
            MeanFirst = firsts.Average(),
            First95 = Quantile(firsts),
            SecondsPerToken = between == 0 ? 0 : texts.Sum(static text => text.Writing) / between,
            MeanTexts = meanTexts,
            Preemptions = preemptions,
        };
    }

    private static double Quantile(double[] values) => values.Order().ElementAt((int)Math.Ceiling(0.95 * values.Length) - 1);
}
