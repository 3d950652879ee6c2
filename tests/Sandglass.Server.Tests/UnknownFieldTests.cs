using System.Text.Json;
using System.Text.Json.Nodes;
using Sandglass.Chat;

namespace Sandglass.Server.Tests;

/// <summary>No field inside a body vanishes: one that is unknown is refused with the nearest name, one that the template does not read with a
/// reason.</summary>
[Collection(ServerCollection.Name)]
public class UnknownFieldTests(ServerFixture fixture)
{
    private const string Chat = "v1/chat/completions";

    private static string Body(string message, string fields = "") => $$"""{"model":"grain-1m","max_tokens":1,"messages":[{{message}}]{{fields}}}""";

    [Theory]
    [InlineData("""{"role":"user","content":"a","contnet":"b"}""", "messages[0].contnet", "content")]
    [InlineData("""{"role":"user","content":"a","Name":"b"}""", "messages[0].Name", "name")]
    [InlineData("""{"role":"user","content":"a"},{"role":"user","content":"a","refusals":null}""", "messages[1].refusals", "refusal")]
    [InlineData("""{"role":"user","content":[{"type":"text","text":"a","txt":"b"}]}""", "messages[0].content[0].txt", "text")]
    [InlineData("""{"role":"assistant","tool_calls":[{"function":{"name":"f"},"idx":1}]}""", "messages[0].tool_calls[0].idx", "id")]
    [InlineData(
        """{"role":"assistant","tool_calls":[{"function":{"name":"f","argument":"{}"}}]}""", "messages[0].tool_calls[0].function.argument", "arguments")]
    public async Task An_unknown_field_of_a_message_is_refused_with_its_place_and_the_nearest_name(string message, string param, string nearest) =>
        Expect(await fixture.Client.Refused(Chat, Body(message)), param, nearest);

    [Theory]
    [InlineData("\"stream\":true,\"stream_options\":{\"include_usages\":true}", "stream_options.include_usages", "include_usage")]
    [InlineData("\"prediction\":{\"type\":\"content\",\"contents\":\"a\"}", "prediction.contents", "content")]
    [InlineData(
        "\"prediction\":{\"type\":\"content\",\"content\":[{\"type\":\"text\",\"text\":\"a\",\"texts\":1}]}", "prediction.content[0].texts", "text")]
    public async Task An_unknown_field_of_another_object_is_refused_too(string fields, string param, string nearest) =>
        Expect(await fixture.Client.Refused(Chat, Body("""{"role":"user","content":"a"}""", $",{fields}")), param, nearest);

    [Fact]
    public async Task One_that_is_near_to_none_is_refused_with_all()
    {
        JsonObject error = await fixture.Client.Refused(
            Chat, Body("""{"role":"assistant","content":[{"type":"refusal","refusal":"a","text":"b"}]}"""));

        Assert.Equal("messages[0].content[0].text", (string)error["param"]!);
        Assert.Equal("There is no field text in messages[0].content[0]. It may have refusal and type.", (string)error["message"]!);
    }

    private static void Expect(JsonObject error, string param, string nearest)
    {
        Assert.Equal(("parameter-unknown", param), ((string)error["code"]!, (string)error["param"]!));
        Assert.EndsWith($"The nearest name that exists is {nearest}.", (string)error["message"]!);
    }

    /// <summary>What OpenAI's clients send back of an answer.</summary>
    [Theory]
    [InlineData("\"refusal\":null,\"annotations\":[],\"audio\":null,\"function_call\":null,\"tool_calls\":null,\"parsed\":null")]
    [InlineData("\"annotations\":null,\"tool_calls\":[],\"name\":\"bob\",\"tool_call_id\":null,\"reasoning_content\":null")]
    public async Task What_says_nothing_is_accepted(string fields) => await fixture.Client.Ask(
        Chat, Body($$"""{"role":"user","content":"a"},{"role":"assistant","content":"b",{{fields}}},{"role":"tool","content":"c","tool_call_id":"1"}"""));

    [Theory]
    [InlineData("refusal", "\"no\"")]
    [InlineData("annotations", "[{}]")]
    [InlineData("audio", "{\"id\":\"1\"}")]
    [InlineData("function_call", "{\"name\":\"f\"}")]
    [InlineData("parsed", "{}")]
    [InlineData("reasoning_content", "\"hm\"")]
    [InlineData("tool_calls", "[{\"function\":{\"name\":\"f\"}}]")]
    public async Task What_says_something_that_the_template_does_not_write_is_refused(string field, string value)
    {
        JsonObject error = await fixture.Client.Refused(Chat, Body($$"""{"role":"assistant","content":"b","{{field}}":{{value}}}"""));

        Assert.Equal(("parameter-unsupported", $"messages[0].{field}"), ((string)error["code"]!, (string)error["param"]!));
    }

    [Fact]
    public async Task A_name_that_tells_two_speakers_apart_is_not_lost_either()
    {
        JsonObject error = await fixture.Client.Refused(
            Chat, Body("""{"role":"user","content":"a","name":"bob"},{"role":"user","content":"b","name":"ann"}"""));

        Assert.Equal(("parameter-unsupported", "messages[0].name"), ((string)error["code"]!, (string)error["param"]!));
    }

    /// <summary>What was thought in earlier turns: the template says whether the model reads it.</summary>
    [Theory]
    [InlineData("{% for m in messages %}{% if loop.last and m.reasoning_content %}{{ m.reasoning_content }}{% endif %}{{ m.content }}{% endfor %}", true)]
    [InlineData("{% for m in messages %}{{ m.content }}{% endfor %}", false)]
    public void Thoughts_that_a_template_leaves_out_are_accepted_where_it_knows_them(string source, bool isAccepted)
    {
        ChatMessage[] messages = [new("user", "a"), new("assistant", "b") { ReasoningContent = "hm" }, new("user", "c")];
        ChatTemplate template = ChatTemplate.Compile(source);
        ChatPrompt prompt = template.Render(new ChatRequest(messages));
        RequestException? refused = Record.Exception(() => ChatMessages.RequireRead(messages, prompt, template, "m")) as RequestException;

        Assert.Contains((1, "reasoning_content"), prompt.Unread);
        Assert.Equal(isAccepted ? null : "messages[1].reasoning_content", refused?.Param);
    }

    [Theory]
    [InlineData("{% for m in messages %}{{ m.content }}{% endfor %}", "messages[0].mood", "messages[0].name")]
    [InlineData("{% for m in messages %}{{ m.content ~ m['mood'] }}{% endfor %}", "messages[0].name")]
    [InlineData("{% for m in messages %}{{ m.name ~ m.mood ~ m.content }}{% endfor %}")]
    [InlineData("{% for m in messages %}{{ m | tojson }}{% endfor %}")]
    [InlineData("{% for m in messages if m.get('mood') is none or 'name' in m %}{{ m.content }}{% endfor %}")]
    public void Which_fields_a_template_reads_shows_when_it_runs(string template, params string[] lost)
    {
        ChatMessage[] messages =
        [
            new("user", "a") { Name = "bob", Extra = new Dictionary<string, JsonElement> { ["mood"] = JsonSerializer.SerializeToElement("glad") } },
        ];
        ChatPrompt prompt = ChatTemplate.Compile(template).Render(new ChatRequest(messages));

        Assert.Equal(lost, prompt.Unread.Select(field => $"messages[{field.Message}].{field.Field}").Order());
    }
}
