using System.Text.Json;

namespace Sandglass.Server;

/// <summary>What OpenAI's clients send back of an answer and no template reads: accepted where it says nothing.</summary>
internal static class SentBack
{
    private static readonly Dictionary<string, NeutralType> Fields = new()
    {
        ["refusal"] = Nothing("no template knows refusals; say it in `content`"),
        ["annotations"] = new NeutralType(
            "an empty list", """{"type":"array","maxItems":0}""",
            static value => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0, "no template writes them; say it in `content`"),
        ["audio"] = Nothing("the models here read text"),
        ["function_call"] = Nothing("`tool_calls` has taken its place"),
        ["parsed"] = Nothing("it is what `content` says"),
    };

    /// <summary>How they are called.</summary>
    public static IReadOnlyCollection<string> Names => Fields.Keys;

    /// <summary>Fails where one of them says something.</summary>
    /// <param name="message">An object.</param>
    /// <param name="path">Where it stands.</param>
    /// <exception cref="RequestException">One of them says something.</exception>
    public static void RequireNothing(JsonElement message, string path)
    {
        foreach ((string name, NeutralType type) in Fields)
            if (message.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null) type.Read(value, $"{path}.{name}");
    }

    private static NeutralType Nothing(string reason) => new("null", """{"type":"null"}""", static _ => false, reason);
}
