using System.Text.Json;
using Sandglass.Sampling;

namespace Sandglass.Server;

/// <summary>Why a token was chosen, with the fields of <c>run --json --explain</c>.</summary>
internal static class ExplanationJson
{
    public static void Write(Utf8JsonWriter json, Explanation why)
    {
        json.WriteStartObject();
        json.WriteNumber("rank", why.Rank);
        Number(json, "entropyRaw", why.EntropyRaw);
        Number(json, "entropyFinal", why.EntropyFinal);
        json.WriteNumber("kept", why.Kept);
        json.WriteStartArray("final");
        foreach (TokenProbability token in why.Final)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            Number(json, "probability", token.Probability);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Number(json, "draw", why.Draw);
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
            Number(json, "entropy", stage.Entropy);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }
}
