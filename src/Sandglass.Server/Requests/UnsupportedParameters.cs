using System.Text.Json;

namespace Sandglass.Server;

/// <summary>What OpenAI and vLLM have and this server has not: accepted where it changes nothing, refused with a reason where it would.</summary>
internal static class UnsupportedParameters
{
    private const ApiRoutes Chat = ApiRoutes.Chat | ApiRoutes.Trace;

    private const string TextFormat = """{"type":"object","required":["type"],"properties":{"type":{"const":"text"}},"additionalProperties":false}""";

    private const string NoTools = "this server calls no tools", NoGrammar = "texts are not held to a grammar", Nothing = """{"type":"null"}""";

    private static readonly string Flag = """{"type":"boolean"}""", EmptyList = """{"type":"array","maxItems":0}""";

    public static IReadOnlyList<Parameter> All { get; } =
    [
        Row("store", Chat, "false", Const("false"), IsFalse, "no answer is kept here"),
        Row("service_tier", Chat, "\"auto\" or \"default\"", Words("auto", "default"), Is("auto", "default"),
            "there is one tier; `priority` orders requests"),
        Row("response_format", Chat, "{\"type\":\"text\"}", TextFormat,
            static value => value.ValueKind == JsonValueKind.Object && value.GetPropertyCount() == 1 && value.TryGetProperty("type", out JsonElement type)
                && type.ValueKind == JsonValueKind.String && type.ValueEquals("text"), NoGrammar),
        Row("tools", Chat, "an empty list", EmptyList, IsEmpty, NoTools),
        Row("tool_choice", Chat, "\"none\" or \"auto\"", Words("none", "auto"), Is("none", "auto"), NoTools),
        Row("parallel_tool_calls", Chat, "true or false", Flag, IsFlag, NoTools),
        Row("functions", Chat, "an empty list", EmptyList, IsEmpty, NoTools),
        Row("function_call", Chat, "\"none\" or \"auto\"", Words("none", "auto"), Is("none", "auto"), NoTools),
        Row("modalities", Chat, "[\"text\"]", """{"type":"array","minItems":1,"maxItems":1,"items":{"const":"text"}}""",
            static value => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1 && Is("text")(value[0]), "the models here write text"),
        Row("audio", Chat, null, Nothing, Never, "the models here write text"),
        Row("reasoning_effort", Chat, "\"none\"", Words("none"), Is("none"),
            "no thoughts are told apart from the answer; a template may have a variable for them, which `chat_template_kwargs` sets"),
        Row("verbosity", Chat, "\"medium\"", Words("medium"), Is("medium"), "no model here has such a control; say it in a message"),
        Row("web_search_options", Chat, null, Nothing, Never, "this server searches nothing"),
        Row("prompt_cache_retention", Chat, "\"in-memory\" or \"in_memory\"", Words("in-memory", "in_memory"), Is("in-memory", "in_memory"),
            "beginnings are kept in memory only"),
        Row("prompt_cache_options", Chat, null, Nothing, Never, "beginnings are cached wherever they are alike; `cache_prompt` turns it off"),
        Row("moderation", Chat, null, Nothing, Never, "this server judges no text"),
        Row("suffix", ApiRoutes.Completions | ApiRoutes.Trace, "an empty text", """{"type":"string","maxLength":0}""", Is(""), "no model here is asked to fill in a middle"),
        Row("chat_template", Chat | ApiRoutes.ApplyTemplate, null, Nothing, Never, "the template is the model's own"),
        Row("use_beam_search", ApiRoutes.Text, "false", Const("false"), IsFalse, "`beams` says how many beams search"),
        Row("skip_special_tokens", ApiRoutes.Text, "true", Const("true"), IsTrue, "control tokens have no text; `return_token_ids` shows them"),
        Row("spaces_between_special_tokens", ApiRoutes.Text, "true or false", Flag, IsFlag, "control tokens have no text"),
        Row("include_stop_str_in_output", ApiRoutes.Text, "false", Const("false"), IsFalse, "no part of a stop text is ever shown"),
        Row("truncate_prompt_tokens", ApiRoutes.Text, null, Nothing, Never, "a prompt is never cut"),
        Row("draft_rejection", ApiRoutes.Text, "false", Const("false"), IsFalse, "the text would depend on who is served beside it"),
        Row("bad_words", ApiRoutes.Text, "an empty list", EmptyList, IsEmpty, "`banned_token_ids` forbids tokens"),
        Row("grammar", ApiRoutes.Text, "an empty text", """{"type":"string","maxLength":0}""", Is(""), NoGrammar),
        Row("json_schema", ApiRoutes.Text, null, Nothing, Never, NoGrammar),
        Row("structured_outputs", ApiRoutes.Text, null, Nothing, Never, NoGrammar),
        Row("guided_json", ApiRoutes.Text, null, Nothing, Never, NoGrammar),
        Row("guided_regex", ApiRoutes.Text, null, Nothing, Never, NoGrammar),
        Row("guided_choice", ApiRoutes.Text, null, Nothing, Never, NoGrammar),
        Row("guided_grammar", ApiRoutes.Text, null, Nothing, Never, NoGrammar),
        Row("dimensions", ApiRoutes.Embeddings, null, Nothing, Never, "a vector has as many numbers as the model is wide"),
    ];

    private static Parameter Row(string name, ApiRoutes on, string? neutral, string schema, Predicate<JsonElement> isNeutral, string reason) =>
        Parameter.Neutral(name, on, new NeutralType(neutral, schema, isNeutral, reason));

    private static string Const(string json) => $$"""{"const":{{json}}}""";

    private static string Words(params string[] words) => $$"""{"enum":[{{string.Join(',', words.Select(word => $"\"{word}\""))}}]}""";

    private static Predicate<JsonElement> Is(params string[] words) =>
        value => value.ValueKind == JsonValueKind.String && Array.Exists(words, word => value.ValueEquals(word));

    private static bool IsFlag(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;

    private static bool IsFalse(JsonElement value) => value.ValueKind == JsonValueKind.False;

    private static bool IsTrue(JsonElement value) => value.ValueKind == JsonValueKind.True;

    private static bool IsEmpty(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0;

    private static bool Never(JsonElement value) => false;
}
