using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sandglass.Server.Tests.Fuzzing;

/// <summary>Whether an answer is as the description of the API says. Stricter than JSON Schema: a field that is not described is wrong too.</summary>
/// <param name="document">What references point into.</param>
internal sealed class AnswerSchema(JsonElement document)
{
    private const string Here = "#/components/schemas/";

    public static JsonElement Follow(JsonElement document, string reference) =>
        document.GetProperty("components").GetProperty("schemas").GetProperty(reference[Here.Length..]);

    /// <summary>What is wrong; null for nothing.</summary>
    public string? Wrong(JsonElement value, string name) => Wrong(value, Follow(document, Here + name), name);

    /// <inheritdoc cref="Wrong(JsonElement, string)"/>
    public string? Wrong(JsonElement value, JsonElement schema, string at)
    {
        foreach (JsonProperty rule in schema.EnumerateObject())
        {
            string? wrong = rule.Name switch
            {
                "$ref" => Wrong(value, Follow(document, rule.Value.GetString()!), at),
                "type" => IsOf(value, rule.Value) ? null : "another type",
                "const" => JsonElement.DeepEquals(value, rule.Value) ? null : "another value",
                "enum" => rule.Value.EnumerateArray().Any(word => JsonElement.DeepEquals(value, word)) ? null : "none of the values",
                "anyOf" or "oneOf" => rule.Value.EnumerateArray().Any(choice => Wrong(value, choice, at) is null) ? null : "none of the forms",
                "required" when value.ValueKind == JsonValueKind.Object =>
                    rule.Value.EnumerateArray().Select(name => name.GetString()!).FirstOrDefault(name => !value.TryGetProperty(name, out _)) is string missing
                        ? $"no {missing}"
                        : null,
                "properties" when value.ValueKind == JsonValueKind.Object => Fields(value, rule.Value, at),
                "items" when value.ValueKind == JsonValueKind.Array =>
                    value.EnumerateArray().Select((item, i) => Wrong(item, rule.Value, $"{at}[{i}]")).FirstOrDefault(wrong => wrong is not null),
                "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, rule.Value.GetString()!) ? null : "another form",
                "required" or "properties" or "items" or "description" or "contentEncoding" => null,
                _ => throw new NotSupportedException($"{rule.Name} in the schema of an answer"),
            };
            if (wrong is not null) return wrong.StartsWith(at, StringComparison.Ordinal) ? wrong : $"{at}: {wrong}";
        }
        return null;
    }

    private string? Fields(JsonElement value, JsonElement properties, string at)
    {
        foreach (JsonProperty field in value.EnumerateObject())
        {
            if (!properties.TryGetProperty(field.Name, out JsonElement schema)) return $"{at}.{field.Name} is not described";
            if (Wrong(field.Value, schema, $"{at}.{field.Name}") is string wrong) return wrong;
        }
        return null;
    }

    private static bool IsOf(JsonElement value, JsonElement type)
    {
        if (type.ValueKind == JsonValueKind.Array) return type.EnumerateArray().Any(one => IsOf(value, one));
        return type.GetString() switch
        {
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number && (value.TryGetInt64(out _) || value.TryGetUInt64(out _)),
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            _ => value.ValueKind == JsonValueKind.Null,
        };
    }
}
