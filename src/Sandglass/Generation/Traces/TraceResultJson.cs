using System.Text.Json;

namespace Sandglass.Generation;

/// <summary>The outcome of a traced run as JSON: the figures of the last line of <c>run --json</c>.</summary>
internal static class TraceResultJson
{
    public static void Write(Utf8JsonWriter json, GenerationResult result)
    {
        json.WriteStartObject();
        json.WriteString("finish", Name(result.Finish));
        json.WriteString("text", result.Text);
        json.WriteNumber("promptTokens", result.PromptIds.Count);
        json.WriteNumber("cachedTokens", result.CachedTokens);
        json.WriteNumber("completionTokens", result.CompletionTokens);
        OrNull(json, "ttftMs", result.TimeToFirstToken?.TotalMilliseconds);
        OrNull(json, "prefillTokensPerSecond", Rate(result.PrefillTokensPerSecond));
        OrNull(json, "decodeTokensPerSecond", Rate(result.DecodeTokensPerSecond));
        json.WriteNumber("cacheBytes", result.CacheBytes);
        json.WriteNumber("layerTokenPasses", result.LayerTokenPasses);
        TraceJson.MultiplyAdds(json, result.MultiplyAdds);
        if (result.Beams is not null) Beams(json, result.Beams);
        if (result.Speculation is SpeculationResult speculation) Speculation(json, speculation);
        json.WriteEndObject();
    }

    private static void Beams(Utf8JsonWriter json, IReadOnlyList<BeamResult> beams)
    {
        json.WriteStartArray("beams");
        foreach (BeamResult beam in beams)
        {
            json.WriteStartObject();
            json.WriteStartArray("ids");
            foreach (int id in beam.Ids) json.WriteNumberValue(id);
            json.WriteEndArray();
            json.WriteString("text", beam.Text);
            TraceJson.Number(json, "score", beam.Score);
            json.WriteString("finish", Name(beam.Finish));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Speculation(Utf8JsonWriter json, SpeculationResult speculation)
    {
        json.WriteStartObject("speculation");
        json.WriteNumber("drafted", speculation.Drafted);
        json.WriteNumber("accepted", speculation.Accepted);
        json.WriteNumber("steps", speculation.Steps);
        OrNull(json, "offAtToken", speculation.OffAtToken);
        json.WriteEndObject();
    }

    /// <summary>0 stands for nothing measured.</summary>
    private static double? Rate(double value) => value > 0 && double.IsFinite(value) ? value : null;

    private static void OrNull(Utf8JsonWriter json, string name, double? value)
    {
        if (value is double number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    private static string Name(FinishReason finish) => finish.ToString().ToLowerInvariant();
}
