using System.Text.Json.Nodes;

namespace Sandglass.Server.Tests;

/// <summary><c>POST /trace</c>: the texts and the bits of the other routes, told step by step after the contract.</summary>
[Collection(ServerCollection.Name)]
public class TraceTests(ServerFixture fixture)
{
    private const string Chat = "\"messages\":[{\"role\":\"user\",\"content\":\"Tell me of the king\"}]";

    [Theory]
    [InlineData("\"max_tokens\":20,\"seed\":7,\"temperature\":0.9,\"top_k\":40")]
    [InlineData("\"seed\":8")]
    [InlineData("\"max_tokens\":24,\"seed\":3,\"no_cache\":true")]
    [InlineData("\"max_tokens\":30,\"temperature\":0,\"draft\":\"lookup\"")]
    [InlineData("\"max_tokens\":30,\"seed\":4,\"stop\":[\" the\"],\"repetition_penalty\":1.2")]
    public async Task A_text_and_its_bits_are_those_of_completions(string fields)
    {
        string body = Api.Body("grain-1m", "Once upon a time there was", $"{fields},\"hash_logits\":true");
        JsonObject plain = await fixture.Client.Ask("v1/completions", body);
        TracedEvents traced = await TracedEvents.AskAsync(fixture.Client, body);

        Assert.Equal(plain.Text(), traced.Text);
        Assert.Equal(plain.Text(), (string)traced.Result!["text"]!);
        Assert.Equal(plain.Choice()["logits_hashes"]!.AsArray().Select(hash => (string)hash!), traced.Hashes);
        Assert.Equal((string)plain.Choice()["finish"]!, (string)traced.Result["finish"]!);
        Assert.Equal((int)plain["usage"]!["completion_tokens"]!, (int)traced.Result["completionTokens"]!);
        Assert.Equal(fields.Contains("no_cache", StringComparison.Ordinal), (long)traced.Steps[^1]["cache"]!["bytes"]! == 0);
    }

    [Fact]
    public async Task A_conversation_is_answered_as_chat_does()
    {
        string body = $$"""{"model":"grain-1m",{{Chat}},"max_tokens":25,"seed":5,"hash_logits":true}""";
        JsonObject plain = await fixture.Client.Ask("v1/chat/completions", body);
        TracedEvents traced = await TracedEvents.AskAsync(fixture.Client, body);

        Assert.Equal((string)plain.Choice()["message"]!["content"]!, traced.Text);
        Assert.Equal(plain.Choice()["logits_hashes"]!.AsArray().Select(hash => (string)hash!), traced.Hashes);
        Assert.Equal((int)plain["usage"]!["prompt_tokens"]!, traced.Start["prompt"]!.AsArray().Count);
    }

    [Fact]
    public async Task What_is_asked_for_is_told_and_the_seed_is_in_the_start()
    {
        TracedEvents traced = await TracedEvents.AskAsync(fixture.Client, """
            {"model":"grain-1m","prompt":[1,300,301,302],"max_tokens":3,"seed":-1,"n":1,"stream":true,"explain":true,
            "trace":{"candidates":5,"asked":[700,9],"attention":"all","heads":[[1,2],[0,1]],"logits":true}}
            """);

        Assert.Equal([1, 300, 301, 302], traced.Start["prompt"]!.AsArray().Select(token => (int)token!["id"]!));
        Assert.Equal(ulong.MaxValue.ToString(), (string)traced.Start["run"]!["seed"]!);
        Assert.All(traced.Tokens, step =>
        {
            Assert.Equal(5, step["candidates"]!.AsArray().Count);
            Assert.Equal([700, 9], step["asked"]!.AsArray().Skip(1).Select(one => (int)one!["id"]!));
            Assert.Equal(2, step["attention"]!["heads"]!.AsArray().Count);
            Assert.NotNull(step["attention"]!["maxima"]);
            Assert.NotNull(step["logits"]);
        });
        TracedEvents least = await TracedEvents.AskAsync(fixture.Client, """
            {"model":"grain-1m","prompt":"Once","max_tokens":2,"trace":{"candidates":0,"attention":"none","asked":null}}
            """);
        Assert.All(least.Tokens, step => Assert.Equal((0, null), (step["candidates"]!.AsArray().Count, step["attention"])));
    }

    [Fact]
    public async Task Beams_are_told_as_they_are_kept_and_dropped()
    {
        string body = Api.Body("grain-1m", "The king", "\"max_tokens\":8,\"beams\":3");
        JsonObject plain = await fixture.Client.Ask("v1/completions", body);
        TracedEvents traced = await TracedEvents.AskAsync(fixture.Client, $"{body[..^1]},\"trace\":{{}}}}");

        Assert.Equal(plain.Choices().Select(choice => (string)choice["text"]!), traced.Result!["beams"]!.AsArray().Select(beam => (string)beam!["text"]!));
        Assert.Contains(traced.Steps, step => (string)step["kind"]! == "beams");
    }

    [Fact]
    public async Task A_text_that_reads_what_another_left_adopts_its_pages()
    {
        string prompt = string.Concat(Enumerable.Repeat("Once upon a time there was a king who had a daughter. ", 5));
        string body = Api.Body("grain-1m", prompt, "\"max_tokens\":2,\"seed\":1,\"cache_salt\":\"adopts\"");
        TracedEvents first = await TracedEvents.AskAsync(fixture.Client, body), second = await TracedEvents.AskAsync(fixture.Client, body);

        Assert.Equal(0, (int)first.Steps[0]["adopted"]!);
        Assert.True((int)second.Steps[0]["adopted"]! > 0);
        Assert.Equal((int)second.Result!["cachedTokens"]!, (int)second.Steps[0]["adopted"]!);
        Assert.Equal(first.Text, second.Text);
    }

    [Theory]
    [InlineData("\"prompt\":\"a\",\"n\":2", "parameter-unsupported", "n")]
    [InlineData("\"prompt\":\"a\",\"stream\":false", "parameter-unsupported", "stream")]
    [InlineData("\"prompt\":\"a\",\"explain\":false", "parameter-unsupported", "explain")]
    [InlineData("\"prompt\":\"a\",\"logprobs\":2", "parameter-unknown", "logprobs")]
    [InlineData("\"prompt\":\"a\",\"echo\":true", "parameter-unknown", "echo")]
    [InlineData("\"prompt\":\"a\",\"trace\":{\"candidate\":1}", "parameter-unknown", "trace.candidate")]
    [InlineData("\"prompt\":\"a\",\"trace\":{\"candidates\":1001}", "parameter-value", "trace.candidates")]
    [InlineData("\"prompt\":\"a\",\"trace\":{\"attention\":\"some\"}", "parameter-value", "trace.attention")]
    [InlineData("\"prompt\":\"a\",\"trace\":{\"heads\":[[1]]}", "parameter-value", "trace.heads")]
    [InlineData("\"prompt\":\"a\",\"trace\":{\"heads\":[[99,0]]}", "option-out-of-range", "trace.heads")]
    [InlineData("\"prompt\":\"a\",\"trace\":{\"asked\":[1000000]}", "option-out-of-range", "trace.asked")]
    [InlineData("\"prompt\":\"a\",\"trace\":[]", "parameter-value", "trace")]
    [InlineData("\"prompt\":\"a\",\"beams\":2,\"trace\":{\"candidates\":8}", "parameter-mix", "trace")]
    [InlineData("\"prompt\":\"a\",\"beams\":2,\"hash_logits\":true", "parameter-mix", "hash_logits")]
    [InlineData("\"prompt\":\"a\",\"no_cache\":true,\"draft\":\"lookup\"", "option-out-of-range", "draft")]
    [InlineData("\"prompt\":\"a\",\"no_cache\":1", "parameter-value", "no_cache")]
    [InlineData("\"prompt\":[\"a\",\"b\"]", "parameter-mix", "prompt")]
    [InlineData("\"prompt\":\"a\",\"add_generation_prompt\":true", "parameter-mix", "add_generation_prompt")]
    [InlineData(Chat + ",\"parse_special\":true", "parameter-mix", "parse_special")]
    [InlineData(Chat + ",\"prompt\":\"a\"", "parameter-mix", "messages")]
    [InlineData("\"seed\":1", "parameter-missing", "prompt")]
    [InlineData("\"prompt\":[]", "parameter-value", "prompt")]
    public async Task What_cannot_be_traced_is_refused_before_anything_is_sent(string fields, string code, string param)
    {
        JsonObject error = await fixture.Client.Refused("trace", $$"""{"model":"grain-1m",{{fields}}}""");

        Assert.Equal((code, param), ((string)error["code"]!, (string)error["param"]!));
        Assert.Equal("invalid_request_error", (string)error["type"]!);
    }

    [Fact]
    public async Task Without_the_cache_completions_are_the_same_too()
    {
        string body = Api.Body("grain-1m", "The wolf said", "\"max_tokens\":12,\"seed\":2,\"hash_logits\":true");
        JsonObject with = await fixture.Client.Ask("v1/completions", body);
        JsonObject without = await fixture.Client.Ask("v1/completions", $"{body[..^1]},\"no_cache\":true}}");

        Assert.Equal(with.Choice().ToJsonString(), without.Choice().ToJsonString());
    }

    [Fact]
    public async Task A_page_finds_what_it_needs_of_models_and_tokens()
    {
        JsonObject model = (JsonObject)JsonNode.Parse(await fixture.Client.GetStringAsync("v1/models/grain-6m"))!;
        JsonObject facts = (JsonObject)model["sandglass"]!;
        TracedEvents traced = await TracedEvents.AskAsync(fixture.Client, Api.Body("grain-6m", "Once", "\"max_tokens\":1"));

        foreach ((string ours, string theirs) in (ReadOnlySpan<(string, string)>)[("layers", "layers"), ("heads", "heads"), ("kv_heads", "kvHeads"),
            ("vocabulary", "vocabulary"), ("context", "context"), ("page_positions", "pagePositions")])
            Assert.Equal((int)traced.Start["model"]![theirs]!, (int)facts[ours]!);
        Assert.Equal((string)traced.Start["run"]!["cacheTypeKeys"]!, (string)facts["cache_type_k"]!);
        Assert.Equal((string)traced.Start["model"]!["hash"]!, (string)model["hash"]!);

        JsonObject told = await fixture.Client.Ask("detokenize", """{"model":"grain-6m","tokens":[0,713],"with_pieces":true}""");
        Assert.Equal(["<|endoftext|>", " upon"], told["tokens"]!.AsArray().Select(token => (string)token!["piece"]!));
    }
}
