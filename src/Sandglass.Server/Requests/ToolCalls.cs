using System.Text.Json;
using Sandglass.Chat;

namespace Sandglass.Server;

/// <summary>The calls of an assistant's message, as OpenAI's API has them.</summary>
internal static class ToolCalls
{
    private static readonly WordType Types = new("function");

    /// <summary>All of a message.</summary>
    /// <param name="list">Of the body.</param>
    /// <param name="name">Where it stands.</param>
    /// <exception cref="RequestException">One is none.</exception>
    public static ChatToolCall[] Of(JsonElement list, string name)
    {
        if (list.ValueKind != JsonValueKind.Array) throw Wrong(name, "a list of calls", Found.Of(list));
        return [.. list.EnumerateArray().Select((call, i) => One(call, $"{name}[{i}]"))];
    }

    private static ChatToolCall One(JsonElement call, string name)
    {
        if (call.ValueKind != JsonValueKind.Object || !call.TryGetProperty("function", out JsonElement function) || function.ValueKind != JsonValueKind.Object)
            throw Wrong(name, "an object with function", Found.Of(call));
        KnownFields.Require(call, name, "id", "type", "function", "index");     // index: its place, which the list says too
        KnownFields.Require(function, $"{name}.function", "name", "arguments");
        if (Given(call, "type") is JsonElement type) Types.Read(type, $"{name}.type");
        if (Given(call, "index") is JsonElement index) Forms.FromZero.Read(index, $"{name}.index");
        string? id = Given(call, "id") is JsonElement given ? Forms.AnyText.Read(given, $"{name}.id") : null;
        if (Given(function, "name") is not JsonElement called) throw Wrong($"{name}.function.name", "a text", "none");
        return new ChatToolCall(Forms.AnyText.Read(called, $"{name}.function.name"), Arguments(function, $"{name}.function.arguments"), id);
    }

    private static JsonElement Arguments(JsonElement function, string name)
    {
        if (Given(function, "arguments") is not JsonElement arguments) return default;
        return arguments.ValueKind is JsonValueKind.String or JsonValueKind.Object
            ? arguments
            : throw Wrong(name, "a text of JSON, or an object", Found.Of(arguments));
    }

    private static JsonElement? Given(JsonElement value, string field) =>
        value.TryGetProperty(field, out JsonElement given) && given.ValueKind != JsonValueKind.Null ? given : null;

    private static RequestException Wrong(string name, string expected, string found) =>
        new("parameter-value", $"{name}: expected {expected}, found {found}.", name);
}
