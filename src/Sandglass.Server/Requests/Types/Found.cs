using System.Text.Json;

namespace Sandglass.Server;

/// <summary>What a body holds, in words and short.</summary>
internal static class Found
{
    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => $"a list of {value.GetArrayLength()}",
        JsonValueKind.String => value.GetString() is { Length: > 0 } text ? $"the text \"{Words.Short(text)}\"" : "an empty text",
        _ => Words.Short(value.GetRawText()),
    };
}
