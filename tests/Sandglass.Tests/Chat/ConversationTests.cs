using System.Text.Json;
using Sandglass.Chat;

namespace Sandglass.Tests.Chat;

/// <summary>What a request can hold beside texts, in the form that the template reads.</summary>
public class ConversationTests
{
    private const string Texts = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}";

    [Fact]
    public void Parts_are_given_to_templates_that_read_them_and_joined_for_others()
    {
        ChatRequest request = new([new ChatMessage("user") { Parts = [new ChatPart("a"), new ChatPart("b")] }]);
        const string Reads = "{% for m in messages %}{% if m.content is string %}{{ m.content }}"
            + "{% else %}{% for p in m.content %}[{{ p.text }}]{% endfor %}{% endif %}{% endfor %}";

        Assert.Equal("user: a\nb\n", ChatTemplate.Compile(Texts).Render(request).Text);
        Assert.Equal("[a][b]", ChatTemplate.Compile(Reads).Render(request).Text);
    }

    [Fact]
    public void A_text_is_a_part_for_templates_that_read_nothing_else()
    {
        ChatTemplate template = ChatTemplate.Compile("{% for m in messages %}{% for p in m.content %}{{ p.type }}={{ p.text }};{% endfor %}{% endfor %}");

        Assert.Equal("text=Hello;", template.Render(new ChatRequest([new ChatMessage("user", "Hello")])).Text);
    }

    [Theory]
    [InlineData("{{ c.function.arguments | tojson }}", """{"city": "Köln"}""")]
    [InlineData("{{ '' + c.function.arguments }}", """{"city":"Köln"}""")]
    [InlineData("{{ c.function.arguments }}", """{"city":"Köln"}""")]
    public void Arguments_of_a_tools_call_are_an_object_or_text_as_the_template_wants(string written, string expected)
    {
        ChatTemplate template = ChatTemplate.Compile("{% for m in messages %}{% for c in m.tool_calls or [] %}" + written + "{% endfor %}{% endfor %}");
        JsonElement arguments = JsonDocument.Parse("""{"city":"Köln"}""").RootElement;
        JsonElement asText = JsonDocument.Parse("\"{\\\"city\\\":\\\"Köln\\\"}\"").RootElement;

        foreach (JsonElement given in (JsonElement[])[arguments, asText])
        {
            ChatMessage call = new("assistant") { ToolCalls = [new ChatToolCall("weather", given, "1")] };
            Assert.Equal(expected, template.Render(new ChatRequest([new ChatMessage("user", "a"), call])).Text);
        }
    }

    [Fact]
    public void A_message_without_content_is_empty_for_templates_that_stand_no_none()
    {
        ChatMessage call = new("assistant") { ToolCalls = [new ChatToolCall("f", JsonDocument.Parse("{}").RootElement)] };
        ChatTemplate template = ChatTemplate.Compile(
            "{% for m in messages %}<{{ m.content | trim + '' }}>{{ '' + m.content }}"
                + "{% for c in m.tool_calls or [] %}{{ c.function | tojson }}{% endfor %}{% endfor %}");

        Assert.Equal("""<>{"name": "f", "arguments": {}}""", template.Render(new ChatRequest([call])).Text);
    }

    [Fact]
    public void A_call_is_left_out_by_a_template_that_knows_none_and_its_content_is_empty()
    {
        ChatMessage call = new("assistant") { ToolCalls = [new ChatToolCall("f", JsonDocument.Parse("{}").RootElement)] };
        ChatTemplate template = ChatTemplate.Compile("{% for m in messages %}{{ '<' + m['role'] + '>' + m['content'] + '\n' }}{% endfor %}");

        Assert.Equal("<user>a\n<assistant>\n", template.Render(new ChatRequest([new ChatMessage("user", "a"), call]) { AddGenerationPrompt = false }).Text);
    }

    [Fact]
    public void All_that_a_message_has_reaches_the_template()
    {
        ChatTemplate template = ChatTemplate.Compile("{% for m in messages %}{{ m | tojson }}{% endfor %}");
        Dictionary<string, JsonElement> extra = new() { ["x"] = JsonDocument.Parse("[1]").RootElement };
        ChatMessage message = new("tool", "22")
        {
            Name = "weather",
            ToolCallId = "1",
            ReasoningContent = "r",
            Extra = extra,
        };

        Assert.Equal(
            """{"role": "tool", "content": "22", "reasoning_content": "r", "tool_call_id": "1", "name": "weather", "x": [1]}""",
            template.Render(new ChatRequest([message])).Text);
    }

    [Fact]
    public void Tools_documents_and_further_variables_reach_the_template()
    {
        JsonElement list = JsonDocument.Parse("""[{"a":1}]""").RootElement;
        ChatTemplate template = ChatTemplate.Compile("{{ tools }}{{ documents }}{{ thinking }}{{ add_generation_prompt }}");
        ChatRequest request = new([]);

        Assert.Equal("NoneNoneTrue", template.Render(request).Text);
        Assert.Equal("[{'a': 1}][{'a': 1}]FalseTrue", template.Render(request with
        {
            Tools = list,
            Documents = list,
            Arguments = new Dictionary<string, JsonElement> { ["thinking"] = JsonDocument.Parse("false").RootElement },
        }).Text);
    }

    [Fact]
    public void Further_variables_are_bounded_and_replace_nothing_that_is_given_elsewhere()
    {
        ChatTemplate template = ChatTemplate.Compile("a");
        ChatRequest With(string name, string json) => new([])
        {
            Arguments = new Dictionary<string, JsonElement> { [name] = Deep(json) },
        };
        static JsonElement Deep(string json) => JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 }).RootElement;

        Assert.Equal("template-argument", Assert.Throws<TemplateException>(() => template.Render(With("messages", "[]"))).Code);
        Assert.Equal("template-argument", Assert.Throws<TemplateException>(() => template.Render(With("bos_token", "\"<|end|>\""))).Code);
        Assert.Equal("template-argument", Assert.Throws<TemplateException>(() => template.Render(With("x", $"\"{new string('a', 70_000)}\""))).Code);
        Assert.Equal("template-depth", Assert.Throws<TemplateException>(() => template.Render(With("x", new string('[', 500) + new string(']', 500)))).Code);
    }

    [Fact]
    public void The_time_is_what_was_given_and_without_it_there_is_none()
    {
        ChatTemplate template = ChatTemplate.Compile("{{ strftime_now('%d %b %Y') if strftime_now is defined else 'no time' }}");
        ChatRequest request = new([]);

        Assert.Equal("no time", template.Render(request).Text);
        Assert.Equal("26 Jul 2024", template.Render(request with { Now = new DateTimeOffset(2024, 7, 26, 0, 0, 0, TimeSpan.Zero) }).Text);
    }

    [Theory]
    [InlineData("{{ messages[-1].content }}<end>\n", "Sure, here", "Sure, here")]
    [InlineData("{{ messages[-1].content | trim }}<end>\n", "  Sure, here  ", "Sure, here")]
    [InlineData("{{ messages[-1].content }}<end>\n", "Sure, here  ", "Sure, here  ")]
    [InlineData("Sure{{ messages[-1].content }}<end>Su", "Sure", "SureSure")]
    public void The_final_message_is_left_open(string source, string content, string expected)
    {
        ChatRequest request = new([new ChatMessage("user", "a"), new ChatMessage("assistant", content)]) { ContinueFinalMessage = true };

        ChatPrompt prompt = ChatTemplate.Compile(source).Render(request);

        Assert.Equal(expected, prompt.Text);
        Assert.Equal(expected.Length, prompt.Parts.Sum(part => part.Length));
    }

    [Fact]
    public void What_cannot_be_continued_is_refused()
    {
        ChatRequest request = new([new ChatMessage("assistant", "abc")]) { ContinueFinalMessage = true };

        Assert.Equal("template-continue", Assert.Throws<TemplateException>(() =>
            ChatTemplate.Compile("{{ messages[0].content | upper }}").Render(request)).Code);
        Assert.Equal("template-continue", Assert.Throws<TemplateException>(() => ChatTemplate.Compile("a").Render(request with { Messages = [] })).Code);
        Assert.Equal("template-continue", Assert.Throws<TemplateException>(() =>
            ChatTemplate.Compile("a").Render(request with { Messages = [new ChatMessage("assistant")] })).Code);
        Assert.Equal("template-continue", Assert.Throws<TemplateException>(() =>
            ChatTemplate.Compile("a").Render(request with { AddGenerationPrompt = true })).Code);
    }
}
