using System.Text;
using System.Text.Json;

namespace Sandglass.Server;

/// <summary>The content of a message: a text, or parts of type text, which are joined.</summary>
internal static class MessageContent
{
    /// <exception cref="RequestException">It is something else; images and sounds are refused by name.</exception>
    public static string Text(JsonElement content, string name)
    {
        if (content.ValueKind == JsonValueKind.String) return content.GetString()!;
        if (content.ValueKind != JsonValueKind.Array) throw Wrong(name, Found.Of(content));
        StringBuilder text = new();
        int at = 0;
        foreach (JsonElement part in content.EnumerateArray()) text.Append(Part(part, $"{name}[{at++}]"));
        return text.ToString();
    }

    private static string Part(JsonElement part, string name)
    {
        if (part.ValueKind != JsonValueKind.Object || !part.TryGetProperty("type", out JsonElement type) || type.ValueKind != JsonValueKind.String)
            throw Wrong(name, Found.Of(part));
        string kind = type.GetString()!, field = kind == "refusal" ? "refusal" : "text";
        if (kind is not ("text" or "refusal"))
            throw new RequestException(
                "parameter-unsupported", $"{name}: the models here read text, found a part of type {Words.Short(kind)}. Leave it out.", name);
        KnownFields.Require(part, name, "type", field);
        return part.TryGetProperty(field, out JsonElement text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()!
            : throw new RequestException("parameter-value", $"{name}.{field}: expected a text, found {(text.ValueKind == 0 ? "none" : Found.Of(text))}.", name);
    }

    private static RequestException Wrong(string name, string found) =>
        new("parameter-value", $"{name}: expected a text, or a list of parts {{\"type\":\"text\",\"text\":…}}, found {found}.", name);
}
