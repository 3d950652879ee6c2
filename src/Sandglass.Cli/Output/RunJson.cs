using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Sampling;

namespace Sandglass.Cli;

/// <summary><c>run --json</c>: a line for every token, and one for how it went.</summary>
/// <param name="sample">Which of several samples it is; null where one was asked for.</param>
internal sealed class RunJson(Stream output, ComputeMode compute, int? sample = null) : IRunOutput
{
    private readonly JsonLines _lines = new(output);

    public void Token(GeneratedToken token, bool isShared)
    {
        Utf8JsonWriter json = Begin();
        json.WriteNumber("index", token.Index);
        json.WriteNumber("id", token.Id);
        json.WriteString("text", token.Text);
        json.WriteStartArray("bytes");
        foreach (byte value in token.Bytes.Span) json.WriteNumberValue(value);
        json.WriteEndArray();
        json.WriteFloat("logprob", token.Logprob);
        json.WriteTop(token.Top);
        if (token.LogitsHash is not null) json.WriteString("logitsHash", token.LogitsHash);
        if (token.Explanation is not null) json.WriteExplanation(token.Explanation);
        _lines.End();
    }

    public void End(GenerationResult result)
    {
        Utf8JsonWriter json = Begin();
        json.WriteString("finish", Name(result.Finish));
        json.WriteNumber("seed", result.Seed);
        json.WriteIds("promptIds", result.PromptIds);
        json.WriteNumber("promptTokens", result.PromptIds.Count);
        json.WriteNumber("completionTokens", result.CompletionTokens);
        if (result.TimeToFirstToken is TimeSpan first) json.WriteNumber("ttftMs", first.TotalMilliseconds);
        else json.WriteNull("ttftMs");
        json.WriteDouble("prefillTokensPerSecond", result.PrefillTokensPerSecond);
        json.WriteDouble("decodeTokensPerSecond", result.DecodeTokensPerSecond);
        json.WriteNumber("cacheBytes", result.CacheBytes);
        json.WriteNumber("cachedTokens", result.CachedTokens);
        json.WriteNumber("layerTokenPasses", result.LayerTokenPasses);
        json.WriteMultiplyAdds(result.MultiplyAdds);
        if (result.Beams is not null) WriteBeams(json, result.Beams);
        if (result.Speculation is SpeculationResult speculation)
        {
            json.WriteStartObject("speculation");
            json.WriteNumber("drafted", speculation.Drafted);
            json.WriteNumber("accepted", speculation.Accepted);
            json.WriteNumber("steps", speculation.Steps);
            if (speculation.OffAtToken is int at) json.WriteNumber("offAtToken", at);
            else json.WriteNull("offAtToken");
            json.WriteEndObject();
        }
        json.WriteComputation(result.Kernels, compute);
        _lines.End();
    }

    private Utf8JsonWriter Begin()
    {
        Utf8JsonWriter json = _lines.Begin();
        if (sample is int number) json.WriteNumber("sample", number);
        return json;
    }

    private static void WriteBeams(Utf8JsonWriter json, IReadOnlyList<BeamResult> beams)
    {
        json.WriteStartArray("beams");
        foreach (BeamResult beam in beams)
        {
            json.WriteStartObject();
            json.WriteIds("ids", beam.Ids);
            json.WriteString("text", beam.Text);
            json.WriteFloat("score", beam.Score);
            json.WriteString("finish", Name(beam.Finish));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>As the tool's JSON has it.</summary>
    public static string Name(FinishReason finish) => finish.ToString().ToLowerInvariant();
}
