using System.Text;
using System.Text.Json;
using Sandglass.ServeBench.Load;

namespace Sandglass.ServeBench.Output;

/// <summary>A measurement as an object on one line; times in milliseconds, names as of <c>vllm bench serve</c> where it has one.</summary>
internal static class JsonLine
{
    public static string Of(Measurement measurement)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            Summary summary = measurement.Summary;
            json.WriteStartObject();
            json.WriteString("server", measurement.Server);
            json.WriteString("model", Path.GetFileName(measurement.Cell.Model));
            json.WriteString("prompt", measurement.Cell.Workload.Prompt.ToString());
            json.WriteString("output", measurement.Cell.Workload.Output.ToString());
            json.WriteNumber("shared", measurement.Cell.Workload.Shared);
            if (measurement.Cell.Point.IsOpen) json.WriteNumber("request_rate", measurement.Cell.Point.Rate);
            else json.WriteNumber("max_concurrency", measurement.Cell.Point.Clients);
            if (measurement.Cell.Point.IsOpen) json.WriteNumber("burstiness", measurement.Cell.Point.Burstiness);
            json.WriteNumber("round", measurement.Round);
            json.WriteNumber("duration", summary.Seconds);
            json.WriteNumber("completed", summary.Completed);
            json.WriteNumber("failed", summary.Failed);
            json.WriteNumber("busy", summary.Busy);
            json.WriteNumber("busy_without_retry_after", summary.BusyWithoutRetryAfter);
            json.WriteNumber("total_input_tokens", summary.PromptTokens);
            json.WriteNumber("cached_input_tokens", summary.CachedTokens);
            json.WriteNumber("total_output_tokens", summary.OutputTokens);
            json.WriteNumber("chunks", summary.Chunks);
            json.WriteNumber("request_throughput", summary.RequestsPerSecond);
            json.WriteNumber("request_goodput", summary.GoodPerSecond);
            json.WriteNumber("output_throughput", summary.OutputPerSecond);
            json.WriteNumber("total_token_throughput", summary.TokensPerSecond);
            Write(json, "ttft", summary.FirstText);
            Write(json, "tpot", summary.TimePerToken);
            Write(json, "itl", summary.Gaps);
            Write(json, "e2el", summary.EndToEnd);
            json.WriteNumber("own_cores", measurement.OwnCores);
            if (measurement.ServerCores is { } cores) json.WriteNumber("server_cores", cores);
            if (measurement.ServerBytes is { } resident) json.WriteNumber("server_bytes", resident);
            json.WriteStartArray("errors");
            foreach (string error in summary.Errors) json.WriteStringValue(error);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string name, Quantiles quantiles)
    {
        json.WriteNumber($"mean_{name}_ms", 1000 * quantiles.Mean);
        json.WriteNumber($"median_{name}_ms", 1000 * quantiles.P50);
        json.WriteNumber($"p95_{name}_ms", 1000 * quantiles.P95);
        json.WriteNumber($"p99_{name}_ms", 1000 * quantiles.P99);
    }
}
