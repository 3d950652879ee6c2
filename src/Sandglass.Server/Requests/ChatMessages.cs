using System.Text.Json;
using Sandglass.Chat;

namespace Sandglass.Server;

/// <summary>The messages of a body as the template takes them.</summary>
internal static class ChatMessages
{
    private static readonly WordType Roles = new("system", "developer", "user", "assistant", "tool", "function");

    private static readonly string[] Known = ["role", "content", "name", "tool_calls", "tool_call_id", "reasoning_content"];

    /// <summary>All of them.</summary>
    /// <param name="draft">The request; its body must still be there.</param>
    /// <exception cref="RequestException">One is no message.</exception>
    public static ChatMessage[] Of(RequestDraft draft)
    {
        bool knowsDeveloper = draft.Served.Model.ChatTemplate.Source.Contains("developer", StringComparison.Ordinal);
        return [.. draft.Messages.Select((message, i) => One(message, $"messages[{i}]", knowsDeveloper))];
    }

    private static ChatMessage One(JsonElement message, string name, bool knowsDeveloper)
    {
        if (message.ValueKind != JsonValueKind.Object) throw Wrong(name, "an object with role and content", Found.Of(message));
        string role = Given(message, "role") is JsonElement given ? Roles.Read(given, $"{name}.role") : throw Wrong($"{name}.role", Roles.Expected, "none");
        ChatToolCall[] calls = Given(message, "tool_calls") is JsonElement list ? Calls(list, $"{name}.tool_calls") : [];
        JsonElement? content = Given(message, "content");
        if (content is null && (role != "assistant" || calls.Length == 0)) throw Wrong($"{name}.content", "a text", "none");
        return new ChatMessage(
            role == "developer" && !knowsDeveloper ? "system" : role,      // the name that OpenAI gives to it now
            content is JsonElement said ? MessageContent.Text(said, $"{name}.content") : null)
        {
            Name = Text(message, "name", name),
            ToolCallId = Text(message, "tool_call_id", name),
            ReasoningContent = Text(message, "reasoning_content", name),
            ToolCalls = calls,
            Extra = message.EnumerateObject().Where(field => !Known.Contains(field.Name) && field.Value.ValueKind != JsonValueKind.Null)
                .ToDictionary(field => field.Name, field => field.Value),
        };
    }

    private static ChatToolCall[] Calls(JsonElement list, string name)
    {
        if (list.ValueKind != JsonValueKind.Array) throw Wrong(name, "a list of calls", Found.Of(list));
        return [.. list.EnumerateArray().Select((call, i) => Call(call, $"{name}[{i}]"))];
    }

    private static ChatToolCall Call(JsonElement call, string name)
    {
        if (call.ValueKind != JsonValueKind.Object || !call.TryGetProperty("function", out JsonElement function) || function.ValueKind != JsonValueKind.Object)
            throw Wrong(name, "an object with function", Found.Of(call));
        if (Given(function, "name") is not JsonElement { ValueKind: JsonValueKind.String } called) throw Wrong($"{name}.function.name", "a text", "none");
        return new ChatToolCall(called.GetString()!, Given(function, "arguments") ?? default, Text(call, "id", name));
    }

    private static JsonElement? Given(JsonElement message, string field) =>
        message.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement message, string field, string name) =>
        Given(message, field) is JsonElement value ? Forms.AnyText.Read(value, $"{name}.{field}") : null;

    private static RequestException Wrong(string name, string expected, string found) =>
        new("parameter-value", $"{name}: expected {expected}, found {found}.", name);
}
