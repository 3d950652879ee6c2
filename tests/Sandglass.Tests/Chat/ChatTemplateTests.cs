using System.Text.Json;
using Sandglass.Chat;
using Sandglass.ModelFiles;
using Sandglass.Tokenization;

namespace Sandglass.Tests.Chat;

public class ChatTemplateTests
{
    private const string ChatMl = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
        + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    [GoldenFact]
    public void The_template_of_a_model_writes_its_prompt()
    {
        using ModelFile file = ModelFile.Open(Shared.Path("models", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        ChatTemplate template = ChatTemplate.Of(file.Metadata);

        ChatPrompt prompt = template.Render(new ChatRequest([new ChatMessage("user", "Hello")]));

        Assert.Null(template.Hint);
        Assert.Equal(
            "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
                + "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n",
            prompt.Text);
        Tokenizer tokenizer = Tokenizer.From(file.Metadata);
        Assert.Equal(tokenizer.Encode(prompt.Text).Ids, prompt.Encode(tokenizer).Ids);
    }

    [Fact]
    public void What_begins_the_answer_is_written_unless_it_is_not_wanted()
    {
        ChatTemplate template = ChatTemplate.Compile(ChatMl);
        ChatRequest request = new([new ChatMessage("user", "Hello")]);

        Assert.Equal("<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n", template.Render(request).Text);
        Assert.Equal("<|im_start|>user\nHello<|im_end|>\n", template.Render(request with { AddGenerationPrompt = false }).Text);
    }

    [Fact]
    public void What_a_user_wrote_is_told_from_what_the_template_did()
    {
        ChatPrompt prompt = ChatTemplate.Compile("a{{ messages[0].content }}b").Render(new ChatRequest([new ChatMessage("user", "xyz")]));

        Assert.Equal("axyzb", prompt.Text);
        Assert.Equal([new TextPart(1, true), new TextPart(3, false), new TextPart(1, true)], prompt.Parts);
    }

    [Fact]
    public void A_model_without_a_template_has_a_plain_one_and_says_so()
    {
        using ModelFile file = EmbeddedModels.Open();
        ChatTemplate template = ChatTemplate.Of(file.Metadata);

        ChatPrompt prompt = template.Render(new ChatRequest([new ChatMessage("system", "Be brief."), new ChatMessage("user", "Hello"),
            new ChatMessage("assistant", "Hi."), new ChatMessage("user", "And?")]));

        Assert.Contains("no chat template", template.Hint, StringComparison.Ordinal);
        Assert.Equal("Be brief.\n\nUser: Hello\n\nAssistant: Hi.\n\nUser: And?\n\nAssistant:", prompt.Text);
    }

    [Theory]
    [InlineData("{{ 1 + }}", "template-syntax", 1, 8)]
    [InlineData("a\n{% if x %}", "template-syntax", 2, 11)]
    [InlineData("a\n  {{ x | nothing }}", "template-unknown", 2, 10)]
    [InlineData("{{ 'a'\n + x.y.z }}", "template-undefined", 2, 5)]
    [InlineData("{{ 'a' + 1 }}", "template-value", 1, 8)]
    [InlineData("{{ raise_exception('no system message') }}", "template-raised", 1, 19)]
    [InlineData("{% include 'x' %}", "template-unsupported", 1, 4)]
    public void An_error_has_a_code_and_a_place(string source, string code, int line, int column)
    {
        TemplateException failure = Assert.Throws<TemplateException>(() => ChatTemplate.Compile(source).Render(JsonDocument.Parse("{}").RootElement));

        Assert.Equal((code, line, column), (failure.Code, failure.Line, failure.Column));
    }
}
