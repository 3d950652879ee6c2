using System.Text.Json;

namespace Sandglass.Sampling;

/// <summary>Why a token was chosen, as JSON: in the tool's lines and in the server's answers alike.</summary>
public static class ExplanationJson
{
    /// <summary>Writes the fields <c>rank</c>, <c>entropyRaw</c>, <c>entropyFinal</c>, <c>kept</c>, <c>final</c>, <c>draw</c>, <c>interval</c> and <c>stages</c>.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="why">An entropy that is no number becomes null.</param>
    public static void WriteExplanation(this Utf8JsonWriter json, Explanation why)
    {
        json.WriteModelSide(why);
        json.WriteStartArray("final");
        foreach (TokenProbability token in why.Final)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            json.WriteNumber("probability", token.Probability);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteDrawSide(why);
    }

    /// <summary>The fields <c>rank</c>, <c>entropyRaw</c>, <c>entropyFinal</c> and <c>kept</c>.</summary>
    internal static void WriteModelSide(this Utf8JsonWriter json, Explanation why)
    {
        json.WriteNumber("rank", why.Rank);
        Number(json, "entropyRaw", why.EntropyRaw);
        Number(json, "entropyFinal", why.EntropyFinal);
        json.WriteNumber("kept", why.Kept);
    }

    /// <summary>The fields <c>draw</c>, <c>interval</c> and <c>stages</c>.</summary>
    internal static void WriteDrawSide(this Utf8JsonWriter json, Explanation why)
    {
        json.WriteNumber("draw", Math.Min(why.Draw, Math.BitDecrement(1.0)));   // below 1, whatever a division of large integers rounds to
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
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }
}
