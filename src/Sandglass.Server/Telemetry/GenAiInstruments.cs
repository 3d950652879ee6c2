using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sandglass.Server;

/// <summary>What OpenTelemetry receives, under the names of its conventions for generative AI: instruments that cost nothing while nobody listens.</summary>
/// <remarks>Source: github.com/open-telemetry/semantic-conventions-genai.</remarks>
internal static class GenAiInstruments
{
    /// <summary>The name of the meter and of the source of spans.</summary>
    public const string Name = "Sandglass.Server";

    /// <summary>What gen_ai.provider.name says.</summary>
    public const string Provider = "sandglass";

    private static readonly Meter Meter = new(Name);

    /// <summary>Spans: one a request to a model.</summary>
    public static ActivitySource Spans { get; } = new(Name);

    /// <summary>From the request to its last token, in seconds.</summary>
    public static Histogram<double> RequestDuration { get; } = Histogram(
        "gen_ai.server.request.duration", "s", "Generative AI server request duration.", Buckets.GenAiDuration);

    /// <summary>From the request to its first token, in seconds.</summary>
    public static Histogram<double> TimeToFirstToken { get; } = Histogram(
        "gen_ai.server.time_to_first_token", "s", "Time to generate the first token of successful responses.", Buckets.GenAiFirstToken);

    /// <summary>Between tokens after the first, in seconds: the mean of a request.</summary>
    public static Histogram<double> TimePerOutputToken { get; } = Histogram(
        "gen_ai.server.time_per_output_token", "s", "Time per output token after the first one of successful responses.", Buckets.GenAiEachToken);

    /// <summary>Tokens read and written by a request.</summary>
    public static Histogram<long> TokenUsage { get; } = Meter.CreateHistogram(
        "gen_ai.client.token.usage", "{token}", "Number of input and output tokens used.",
        advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [.. Buckets.GenAiTokens.Select(bound => (long)bound)] });

    private static Histogram<double> Histogram(string name, string unit, string description, double[] bounds) =>
        Meter.CreateHistogram(name, unit, description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
