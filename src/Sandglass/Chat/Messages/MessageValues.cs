using System.Text.Json;

namespace Sandglass.Chat;

/// <summary>Messages as a template's values.</summary>
internal static class MessageValues
{
    /// <summary>Roles that templates join to marks of their own (<c>&lt;|user|&gt;</c>): these names are as good as the template's text.</summary>
    private static readonly HashSet<string> KnownRoles = new(StringComparer.Ordinal)
    {
        "system", "developer", "user", "assistant", "model", "tool", "function", "ipython", "observation", "environment", "context", "documents", "tools",
    };

    public static ListValue Of(Rendering rendering, IReadOnlyList<ChatMessage> messages, MessageForm form) =>
        new([.. messages.Select(message => Of(rendering, message, form))]);

    /// <summary>The fields of messages that the template did not look at, each with the place of its message.</summary>
    public static IEnumerable<(int Message, string Field)> Unread(ListValue messages) => messages.Items.Index()
        .SelectMany(pair => ((DictValue)pair.Item!).Unread.Where(field => field is not ("role" or "content")).Select(field => (pair.Index, field)));

    /// <summary>Marks the roles of messages that were given as JSON as those of other messages are.</summary>
    public static void TrustRoles(object? messages)
    {
        if (messages is not ListValue list) return;
        foreach (object? item in list.Items)
            if (item is DictValue message && message.TryGet("role", out object? role) && role is Text text) message.Set("role", Role(text));
    }

    private static DictValue Of(Rendering rendering, ChatMessage message, MessageForm form)
    {
        DictValue dict = new(rendering);
        rendering.Allow(64);
        dict.Set("role", Role(JsonValues.Given(rendering, message.Role)));
        dict.Set("content", Content(rendering, message, form));
        if (message.ReasoningContent is string reasoning) dict.Set("reasoning_content", JsonValues.Given(rendering, reasoning));
        if (message.ToolCalls.Count > 0) dict.Set("tool_calls", new ListValue([.. message.ToolCalls.Select(call => Of(rendering, call, form))]));
        if (message.ToolCallId is string id) dict.Set("tool_call_id", JsonValues.Given(rendering, id));
        if (message.Name is string name) dict.Set("name", JsonValues.Given(rendering, name));
        Add(rendering, dict, message.Extra);
        dict.Watch();
        return dict;
    }

    private static object? Content(Rendering rendering, ChatMessage message, MessageForm form)
    {
        string? text = message.Content;
        IReadOnlyList<ChatPart>? parts = message.Parts;
        if (parts is not null && !form.Parts && parts.All(part => part.Text is not null))
            (text, parts) = (string.Join('\n', parts.Select(part => part.Text)), null);
        else if (text is not null && form.OnlyParts) parts = [new ChatPart(text)];
        if (parts is not null) return new ListValue([.. parts.Select(part => Of(rendering, part))]);
        return text is null && form.NullContent ? null : JsonValues.Given(rendering, text ?? "");
    }

    private static DictValue Of(Rendering rendering, ChatPart part)
    {
        DictValue dict = new(rendering);
        dict.Set("type", JsonValues.Given(rendering, part.Type));
        if (part.Text is string text) dict.Set("text", JsonValues.Given(rendering, text));
        Add(rendering, dict, part.Extra);
        return dict;
    }

    private static DictValue Of(Rendering rendering, ChatToolCall call, MessageForm form)
    {
        DictValue dict = new(rendering), function = new(rendering);
        if (call.Id is string id) dict.Set("id", JsonValues.Given(rendering, id));
        dict.Set("type", new Text("function", trusted: true));
        dict.Set("function", function);
        function.Set("name", JsonValues.Given(rendering, call.Name));
        function.Set("arguments", Arguments(rendering, call.Arguments, form.ArgumentsAsText));
        return dict;
    }

    private static object? Arguments(Rendering rendering, JsonElement arguments, bool asText)
    {
        if (arguments.ValueKind == JsonValueKind.Undefined) return asText ? JsonValues.Given(rendering, "{}") : new DictValue(rendering);
        if (asText) return JsonValues.Given(rendering, arguments.ValueKind == JsonValueKind.String ? JsonStrings.Read(arguments) : arguments.GetRawText());
        if (arguments.ValueKind != JsonValueKind.String) return JsonValues.Of(rendering, arguments);
        string text = JsonStrings.Read(arguments);
        try
        {
            using JsonDocument parsed = JsonDocument.Parse(text);
            return JsonValues.Of(rendering, parsed.RootElement);
        }
        catch (JsonException)
        {
            return JsonValues.Given(rendering, text);       // what a model wrote need not be JSON
        }
    }

    private static void Add(Rendering rendering, DictValue dict, IReadOnlyDictionary<string, JsonElement> extra)
    {
        foreach ((string name, JsonElement value) in extra)
            if (!dict.TryGet(name, out _)) dict.Set(JsonValues.Given(rendering, name), JsonValues.Of(rendering, value));
    }

    private static Text Role(Text role) => KnownRoles.Contains(role.Value) ? new Text(role.Value, trusted: true) : role;
}
