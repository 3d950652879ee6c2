using System.Text.Json;
using Sandglass.Sampling;

namespace Sandglass.Cli;

/// <summary>Why a token was chosen, as JSON.</summary>
internal static class ExplanationJson
{
    /// <summary>The fields of a token's line that <c>--explain</c> adds.</summary>
    public static void WriteExplanation(this Utf8JsonWriter json, Explanation why)
    {
        json.WriteNumber("rank", why.Rank);
        json.WriteDouble("entropyRaw", why.EntropyRaw);
        json.WriteDouble("entropyFinal", why.EntropyFinal);
        json.WriteNumber("kept", why.Kept);
        json.WriteStartArray("final");
        foreach (TokenProbability token in why.Final)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            json.WriteFloat("probability", token.Probability);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteDouble("draw", why.Draw);
        json.WriteStartArray("interval");
        json.WriteNumberValue(why.Interval.From);
        json.WriteNumberValue(why.Interval.To);
        json.WriteEndArray();
        json.WriteStartArray("stages");
        foreach (SamplerStage stage in why.Stages)
        {
            json.WriteStartObject();
            json.WriteString("name", stage.Name);
            json.WriteNumber("kept", stage.Kept);
            json.WriteDouble("entropy", stage.Entropy);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
