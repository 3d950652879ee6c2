using System.Text.Json;
using static Sandglass.Server.Forms;

namespace Sandglass.Server;

/// <summary>What is to be read.</summary>
internal static class PromptParameters
{
    private const ApiRoutes Chat = ApiRoutes.Chat | ApiRoutes.ApplyTemplate | ApiRoutes.Trace,
        Plain = ApiRoutes.Completions | ApiRoutes.Trace;

    private static readonly RawType Messages = new(
        "a list of messages, each with role and content",
        """{"type":"array","minItems":1,"items":{"$ref":"#/components/schemas/Message"}}""");

    private static readonly RawType Arguments = new("an object", """{"type":"object"}""");

    private static readonly RawType List = new("a list of objects", """{"type":"array","items":{"type":"object"}}""");

    public static IReadOnlyList<Parameter> All { get; } =
    [
        Parameter.Of(
            "messages", Chat, Messages,
            "The conversation: objects with `role` (system, developer, user, assistant, tool, function) and `content`, a text or a list of parts of type text; "
                + "also `name`, `tool_calls`, `tool_call_id` and `reasoning_content`, for templates that write them. Special tokens in them stay text.",
            static (draft, value) => draft.Messages = MessagesOf(value, draft.Limits)) with { IsRequired = true },
        Parameter.Of(
            "add_generation_prompt", Chat, Flag, "Whether the template begins the answer after the last message. Default true.",
            static (draft, value) => draft.AddGenerationPrompt = value),
        Parameter.Of(
            "continue_final_message", Chat, Flag, "Continues the last message instead of beginning another; `add_generation_prompt` is then false.",
            static (draft, value) => draft.ContinueFinalMessage = value),
        Parameter.Of(
            "chat_template_kwargs", Chat, Arguments, "More variables for the template, for instance `{\"enable_thinking\": false}`.",
            static (draft, value) => draft.TemplateArguments =
                value.ValueKind == JsonValueKind.Object ? value : throw Wrong("chat_template_kwargs", Arguments.Expected, value)),
        Parameter.Of(
            "documents", Chat, List, "Documents to answer from, for templates that know them.",
            static (draft, value) => draft.Documents = DocumentsOf(value)),
        Parameter.Of(
            "prompt", Plain, new PromptType(static limits => limits.Prompts),
            "What to continue: a text, its token ids, or a list of either. With several, the choices of the first come first.",
            static (draft, prompts) => draft.Prompts = prompts.Of(draft)) with { IsRequired = true },
        Parameter.Of(
            "add_special_tokens", Plain, Flag, "Whether a text gets the begin token where the model adds one. Default true.",
            static (draft, value) => draft.AddSpecialTokens = value),
        Parameter.Of(
            "parse_special", Plain, Flag, "Whether control tokens that a text spells become control tokens. Default true.",
            static (draft, value) => draft.ParseSpecial = value),
    ];

    private static JsonElement DocumentsOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array) throw Wrong("documents", List.Expected, value);
        foreach ((int i, JsonElement document) in value.EnumerateArray().Index())
            if (document.ValueKind != JsonValueKind.Object) throw Wrong($"documents[{i}]", "an object", document);
        return value;
    }

    private static RequestException Wrong(string name, string expected, JsonElement found) =>
        new("parameter-value", $"{name}: expected {expected}, found {Found.Of(found)}.", name);

    private static JsonElement[] MessagesOf(JsonElement value, ServerLimits limits)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
            throw Wrong("messages", $"{Messages.Expected}, at least one", value);
        return value.GetArrayLength() <= limits.Messages
            ? [.. value.EnumerateArray()]
            : throw new RequestException("limit-exceeded", $"messages: expected at most {limits.Messages}, found {value.GetArrayLength()}.", "messages");
    }
}
