using System.Globalization;
using System.Text.Json;

namespace Sandglass.Server.Tests.Fuzzing;

/// <summary>Values that a schema allows, drawn at random and small.</summary>
/// <param name="document">What references point into.</param>
internal sealed class SchemaSamples(JsonElement document)
{
    private static readonly string[] Texts = ["a", "The king", "e", "\n", "é", "😀", "hello world", "<|im_end|>", "penalties", "none"];

    public Piece Draw(JsonElement schema, Random random)
    {
        if (schema.TryGetProperty("$ref", out JsonElement reference)) return Draw(AnswerSchema.Follow(document, reference.GetString()!), random);
        if (schema.TryGetProperty("const", out JsonElement only)) return Piece.Of(only);
        if (schema.TryGetProperty("enum", out JsonElement words)) return Piece.Of(words[random.Next(words.GetArrayLength())]);
        foreach (string either in (string[])["anyOf", "oneOf"])
            if (schema.TryGetProperty(either, out JsonElement choices)) return Draw(choices[random.Next(choices.GetArrayLength())], random);
        return Type(schema, random) switch
        {
            "object" => Object(schema, random),
            "array" => Piece.List(Enumerable.Range(0, Count(schema, "minItems", "maxItems", random)).Select(_ => Draw(schema.GetProperty("items"), random))),
            "string" => Piece.Of(Piece.Quoted(Text(schema, random))),
            "integer" => Piece.Of(Whole(schema, random)),
            "number" => Piece.Of(Real(schema, random)),
            "boolean" => Piece.Of(random.Next(2) == 0 ? "true" : "false"),
            _ => Piece.Of("null"),
        };
    }

    private static string Type(JsonElement schema, Random random)
    {
        JsonElement type = schema.GetProperty("type");
        return type.ValueKind == JsonValueKind.Array ? type[random.Next(type.GetArrayLength())].GetString()! : type.GetString()!;
    }

    private Piece Object(JsonElement schema, Random random)
    {
        HashSet<string> required = [];
        if (schema.TryGetProperty("required", out JsonElement names)) required.UnionWith(names.EnumerateArray().Select(name => name.GetString()!));
        List<(string, Piece)> fields = [];
        if (schema.TryGetProperty("properties", out JsonElement properties))
        {
            foreach (JsonProperty property in properties.EnumerateObject())
                if (required.Contains(property.Name) || random.Next(3) == 0) fields.Add((property.Name, Draw(property.Value, random)));
        }
        else if (schema.TryGetProperty("additionalProperties", out JsonElement more) && more.ValueKind == JsonValueKind.Object)
        {
            for (int i = random.Next(3); i > 0; i--) fields.Add(($"{300 + i}", Draw(more, random)));     // an id, for biases
        }
        return Piece.Object(fields);
    }

    private static string Text(JsonElement schema, Random random)
    {
        int longest = Limit(schema, "maxLength", 100);
        string text = longest == 0 ? "" : Texts[random.Next(Texts.Length)];
        return text.Length <= longest ? text : "a";
    }

    private static int Count(JsonElement schema, string least, string most, Random random)
    {
        int from = Limit(schema, least, 0);
        return random.Next(from, Math.Max(from, Math.Min(Limit(schema, most, 3), from + 3)) + 1);
    }

    private static int Limit(JsonElement schema, string name, int otherwise) =>
        schema.TryGetProperty(name, out JsonElement limit) ? limit.GetInt32() : otherwise;

    private static string Whole(JsonElement schema, Random random)
    {
        double from = Bound(schema, "minimum", 0), to = Math.Min(Bound(schema, "maximum", 400), Math.Max(from, 0) + 400);
        return Math.Round(random.Next(4) == 0 ? from : from + random.NextDouble() * (to - from)).ToString("F0", CultureInfo.InvariantCulture);
    }

    private static string Real(JsonElement schema, Random random)
    {
        double from = Bound(schema, "minimum", Bound(schema, "exclusiveMinimum", 0) + 1e-3), to = Bound(schema, "maximum", 10);
        return (random.Next(4) == 0 ? to : from + random.NextDouble() * (to - from)).ToString(CultureInfo.InvariantCulture);
    }

    private static double Bound(JsonElement schema, string name, double otherwise) =>
        schema.TryGetProperty(name, out JsonElement limit) ? limit.GetDouble() : otherwise;
}
