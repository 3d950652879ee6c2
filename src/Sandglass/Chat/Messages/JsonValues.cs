using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Sandglass.Chat;

/// <summary>JSON as a template's values. What it says is a user's.</summary>
internal static class JsonValues
{
    public static object? Of(Rendering rendering, JsonElement json, int depth = 0)
    {
        rendering.Allow(1);
        if (depth > Rendering.MostDepth) throw Rendering.TooDeep();
        switch (json.ValueKind)
        {
            case JsonValueKind.String: return Given(rendering, JsonStrings.Read(json));
            case JsonValueKind.Number: return Number(json);
            case JsonValueKind.True: return true;
            case JsonValueKind.False: return false;
            case JsonValueKind.Array:
                List<object?> items = new(json.GetArrayLength());
                foreach (JsonElement item in json.EnumerateArray()) items.Add(Of(rendering, item, depth + 1));
                return new ListValue(items);
            case JsonValueKind.Object:
                DictValue dict = new(rendering);
                foreach (JsonProperty property in json.EnumerateObject())
                {
                    rendering.Allow(8);
                    dict.Set(Given(rendering, property.Name), Of(rendering, property.Value, depth + 1));
                }
                return dict;
            default: return null;
        }
    }

    /// <summary>A user's text.</summary>
    public static Text Given(Rendering rendering, string text)
    {
        rendering.Allow(text.Length);
        return new Text(text, trusted: false);
    }

    private static object Number(JsonElement json)
    {
        if (json.TryGetInt64(out long whole)) return whole;
        string digits = json.GetRawText();
        if (!digits.AsSpan().ContainsAny('.', 'e', 'E'))
        {
            if (digits.Length > Numbers.MostDigits) throw new TemplateException("template-size", $"A whole number of more than {Numbers.MostDigits} digits.");
            return BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        }
        return double.Parse(digits, CultureInfo.InvariantCulture);
    }
}
