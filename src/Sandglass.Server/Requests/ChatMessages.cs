using System.Text.Json;
using Sandglass.Chat;

namespace Sandglass.Server;

/// <summary>The messages of a body as the template takes them.</summary>
internal static class ChatMessages
{
    private static readonly WordType Roles = new("system", "developer", "user", "assistant", "tool", "function");

    private const string Thoughts = "reasoning_content";        // of earlier turns, templates that know them leave them out

    private static readonly string[] Told = ["role", "content", "name", "tool_calls", "tool_call_id", Thoughts];

    /// <summary>All of them.</summary>
    /// <param name="draft">The request; its body must still be there.</param>
    /// <exception cref="RequestException">One is no message.</exception>
    public static ChatMessage[] Of(RequestDraft draft)
    {
        bool knowsDeveloper = draft.Served.Model.ChatTemplate.Source.Contains("developer", StringComparison.Ordinal);
        return [.. draft.Messages.Select((message, i) => One(message, $"messages[{i}]", knowsDeveloper))];
    }

    /// <summary>Fails where a message has a field that the template did not look at: the model would not read it, and nobody would know.</summary>
    /// <param name="messages">Those of the request.</param>
    /// <param name="prompt">What the template made of them.</param>
    /// <param name="template">What made it of them.</param>
    /// <param name="model">Whose template that is, for the message.</param>
    /// <exception cref="RequestException">A field is unknown, or of no use with this model.</exception>
    public static void RequireRead(IReadOnlyList<ChatMessage> messages, ChatPrompt prompt, ChatTemplate template, string model)
    {
        foreach ((int i, string field) in prompt.Unread)
        {
            if (SaysNothing(messages, i, field) || (field == Thoughts && template.Source.Contains(Thoughts, StringComparison.Ordinal))) continue;
            string path = $"messages[{i}]";
            throw Told.Contains(field)
                ? new RequestException(
                    "parameter-unsupported",
                    $"{path}.{field} is not supported: the template of {model} does not write it, so the model would not read it. "
                        + "Leave it out, or say it in content.",
                    $"{path}.{field}")
                : KnownFields.Unknown(field, path, [.. Told, .. SentBack.Names]);
        }
    }

    private static ChatMessage One(JsonElement message, string name, bool knowsDeveloper)
    {
        if (message.ValueKind != JsonValueKind.Object) throw Wrong(name, "an object with role and content", Found.Of(message));
        string role = Given(message, "role") is JsonElement given ? Roles.Read(given, $"{name}.role") : throw Wrong($"{name}.role", Roles.Expected, "none");
        ChatToolCall[] calls = Given(message, "tool_calls") is JsonElement list ? ToolCalls.Of(list, $"{name}.tool_calls") : [];
        JsonElement? content = Given(message, "content");
        SentBack.RequireNothing(message, name);
        if (content is null && (role != "assistant" || calls.Length == 0)) throw Wrong($"{name}.content", "a text", "none");
        return new ChatMessage(
            role == "developer" && !knowsDeveloper ? "system" : role,      // the name that OpenAI gives to it now
            content is JsonElement said ? MessageContent.Text(said, $"{name}.content") : null)
        {
            Name = Text(message, "name", name),
            ToolCallId = Text(message, "tool_call_id", name),
            ReasoningContent = Text(message, Thoughts, name),
            ToolCalls = calls,
            Extra = message.EnumerateObject().Where(field => !Told.Contains(field.Name) && !SentBack.Names.Contains(field.Name))
                .ToDictionary(field => field.Name, field => field.Value),      // some templates read more
        };
    }

    /// <summary>Whether a field may be lost: it only tells apart what is told apart already.</summary>
    private static bool SaysNothing(IReadOnlyList<ChatMessage> messages, int index, string field)
    {
        string role = messages[index].Role;
        return field switch
        {
            "tool_call_id" => true,             // results come in the order of their calls
            "name" => role is "tool" or "function"
                || messages.Where(other => other.Role == role && other.Name is not null).Select(other => other.Name).Distinct().Count() < 2,
            _ => false,
        };
    }

    private static JsonElement? Given(JsonElement message, string field) =>
        message.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement message, string field, string name) =>
        Given(message, field) is JsonElement value ? Forms.AnyText.Read(value, $"{name}.{field}") : null;

    private static RequestException Wrong(string name, string expected, string found) =>
        new("parameter-value", $"{name}: expected {expected}, found {found}.", name);
}
