using System.Text.Json;
using System.Text.Json.Nodes;
using Sandglass.Chat;
using Sandglass.Generation;

namespace Sandglass.Server.Tests;

/// <summary>Chats over HTTP: the template's prompt, the library's text, OpenAI's shapes.</summary>
[Collection(ServerCollection.Name)]
public class ChatTests(ServerFixture fixture)
{
    private const string Path = "v1/chat/completions", Messages = """[{"role":"user","content":"Tell me of a king."}]""";

    private static string Ask(string fields) => $$"""{"model":"grain-1m","messages":{{Messages}},"seed":7,{{fields}}}""";

    private LanguageModel Model => fixture.Small.Model;

    private int[] Prompt => Model.ChatTemplate.Render(new ChatRequest([new ChatMessage("user", "Tell me of a king.")])).Encode(Model.Tokenizer).Ids;

    [Fact]
    public async Task The_answer_is_the_librarys_text_after_the_templates_prompt()
    {
        JsonObject answer = await fixture.Client.Ask(Path, Ask("\"max_completion_tokens\":20,\"return_token_ids\":true,\"hash_logits\":true"));
        GenerationOptions same = new() { Sampling = SamplingHints.None.Defaults with { Seed = 7 }, MaxTokens = 20, HashLogits = true };
        await using TextGeneration alone = Model.GenerateAsync(Prompt, same);
        List<GeneratedToken> tokens = await alone.ToListAsync();

        Assert.Equal("chat.completion", (string)answer["object"]!);
        Assert.Equal("assistant", (string)answer.Choice()["message"]!["role"]!);
        Assert.Equal((await alone.Result).Text, (string)answer.Choice()["message"]!["content"]!);
        Assert.Equal(tokens.Select(token => token.LogitsHash), answer.Choice()["logits_hashes"]!.AsArray().Select(hash => (string?)hash));
        Assert.Equal(Prompt, answer["prompt_token_ids"]!.AsArray().Select(id => (int)id!));
        Assert.Equal(Prompt.Length, (int)answer["usage"]!["prompt_tokens"]!);
    }

    [Fact]
    public void An_answer_ends_where_a_plain_template_would_name_the_next_speaker()
    {
        using JsonDocument body = JsonDocument.Parse(Ask("\"stop\":\"x\""));
        RequestDraft draft = ParameterTable.Read(body.RootElement, ApiRoutes.Chat, new ServedModels([fixture.Small]), new ServerLimits());

        Assert.Equal(["x", "\n\nUser:", "\nUser:"], EngineOptions.Of(draft, Caller.Anyone, seed: 7).Stop);
    }

    [Theory]
    [InlineData("\"max_tokens\":16")]
    [InlineData("\"max_tokens\":16,\"n\":3,\"logprobs\":true,\"top_logprobs\":2")]
    [InlineData("\"max_tokens\":16,\"n\":2,\"return_token_ids\":true,\"prompt_logprobs\":1")]
    public async Task What_is_streamed_is_together_what_is_sent_whole(string fields)
    {
        JsonObject whole = await fixture.Client.Ask(Path, Ask(fields));
        List<JsonObject> events = await fixture.Client.Stream(Path, Ask(fields + ",\"stream\":true"));

        int choices = whole["choices"]!.AsArray().Count;
        Assert.All(events.Take(choices), one => Assert.Equal("assistant", (string)one.Choice()["delta"]!["role"]!));
        Assert.All(events, one => Assert.False(one.ContainsKey("usage")));
        foreach (string field in (string[])["prompt_token_ids", "prompt_logprobs"])
            Assert.Equal(whole[field]?.ToJsonString(), events[0][field]?.ToJsonString());
        for (int i = 0; i < choices; i++)
        {
            List<JsonObject> parts = [.. events.Select(one => one.Choice()).Where(part => (int)part["index"]! == i)];
            Assert.Equal((string)whole.Choice(i)["message"]!["content"]!, string.Concat(parts.Select(part => (string?)part["delta"]!["content"])));
            Assert.Equal(Entries([whole.Choice(i)]), Entries(parts));
            Assert.Equal((string)whole.Choice(i)["finish_reason"]!, (string)parts[^1]["finish_reason"]!);
            Assert.True(parts.Count(part => ((string?)part["delta"]!["content"])?.Length > 0) > 4, "one event a token");
        }
    }

    [Fact]
    public async Task A_list_of_parts_is_their_text_and_a_picture_is_refused_by_name()
    {
        const string Parts = """
            {"model":"grain-1m","messages":[{"role":"user","content":[{"type":"text","text":"Tell me"},{"type":"text","text":" of a king."}]}]}
            """;
        const string Picture = """{"model":"grain-1m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]}""";
        JsonObject plain = await fixture.Client.Ask("apply-template", $$"""{"model":"grain-1m","messages":{{Messages}}}""");
        JsonObject joined = await fixture.Client.Ask("apply-template", Parts);
        JsonObject error = await fixture.Client.Refused(Path, Picture);

        Assert.Equal((string)plain["prompt"]!, (string)joined["prompt"]!);
        Assert.Equal(Model.ChatTemplate.Render(new ChatRequest([new ChatMessage("user", "Tell me of a king.")])).Text, (string)plain["prompt"]!);
        Assert.Equal("messages[0].content[0]", (string)error["param"]!);
        Assert.Contains("image_url", (string)error["message"]!);
    }

    [Fact]
    public async Task A_final_message_is_continued_where_that_is_asked_for()
    {
        JsonObject prompt = await fixture.Client.Ask(
            "apply-template",
            """
            {"model":"grain-1m","continue_final_message":true,"messages":[{"role":"user","content":"Tell."},{"role":"assistant","content":"Once upon"}]}
            """);

        Assert.EndsWith("Once upon", (string)prompt["prompt"]!);
    }

    [Theory]
    [InlineData("""[]""", "messages")]
    [InlineData("""["hello"]""", "messages[0]")]
    [InlineData("""[{"content":"hello"}]""", "messages[0].role")]
    [InlineData("""[{"role":"robot","content":"hello"}]""", "messages[0].role")]
    [InlineData("""[{"role":"user"}]""", "messages[0].content")]
    [InlineData("""[{"role":"user","content":7}]""", "messages[0].content")]
    [InlineData("""[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{}]}]""", "messages[1].tool_calls[0]")]
    public async Task What_is_no_message_is_refused_with_its_place(string messages, string param) =>
        Assert.Equal(param, (string)(await fixture.Client.Refused(Path, $$"""{"model":"grain-1m","messages":{{messages}}}"""))["param"]!);

    private static string Entries(IEnumerable<JsonObject> parts) => string.Join(
        '\n', parts.SelectMany(part => part["logprobs"]?["content"]?.AsArray() ?? []).Select(entry => entry!.ToJsonString())
            .Concat(parts.SelectMany(part => part["token_ids"]?.AsArray() ?? []).Select(id => id!.ToJsonString())));
}
