using System.Text.Json.Nodes;
using Sandglass.Generation;

namespace Sandglass.Server.Tests;

/// <summary>Completions over HTTP are those of the library, whole and streamed.</summary>
[Collection(ServerCollection.Name)]
public class CompletionTests(ServerFixture fixture)
{
    private const string Path = "v1/completions", Prompt = "Once upon a time";

    private static string Ask(string fields) => Api.Body("grain-1m", Prompt, fields);

    [Fact]
    public async Task The_text_is_the_librarys_with_the_same_options_and_seed()
    {
        JsonObject answer = await fixture.Client.Ask(Path, Ask("\"seed\":7,\"max_tokens\":20,\"hash_logits\":true,\"return_token_ids\":true"));
        GenerationOptions same = new() { Sampling = SamplingHints.None.Defaults with { Seed = 7 }, MaxTokens = 20, HashLogits = true, ParseSpecial = true };
        await using TextGeneration alone = fixture.Small.Model.GenerateAsync(Prompt, same);
        List<GeneratedToken> tokens = await alone.ToListAsync();
        GenerationResult result = await alone.Result;

        Assert.Equal(result.Text, answer.Text());
        Assert.Equal(tokens.Select(token => token.LogitsHash), answer.Choice()["logits_hashes"]!.AsArray().Select(hash => (string?)hash));
        Assert.Equal(tokens.Select(token => token.Id), answer.Choice()["token_ids"]!.AsArray().Select(id => (int)id!));
        Assert.Equal(result.PromptIds, answer.Choice()["prompt_token_ids"]!.AsArray().Select(id => (int)id!));
        Assert.Equal("text_completion", (string)answer["object"]!);
        Assert.Equal(7, (int)answer["seed"]!);
        Assert.Equal("length", (string)answer.Choice()["finish_reason"]!);
        Assert.Equal(20, (int)answer["usage"]!["completion_tokens"]!);
        Assert.Equal(result.PromptIds.Count, (int)answer["usage"]!["prompt_tokens"]!);
        Assert.StartsWith("fp_", (string)answer["system_fingerprint"]!);
        Assert.Contains("_fast_", (string)answer["system_fingerprint"]!);
    }

    [Theory]
    [InlineData("\"seed\":3,\"max_tokens\":24")]
    [InlineData("\"seed\":3,\"max_tokens\":24,\"n\":3")]
    [InlineData("\"seed\":3,\"max_tokens\":24,\"n\":2,\"echo\":true,\"logprobs\":3")]
    [InlineData("\"seed\":3,\"max_tokens\":24,\"logprobs\":2,\"stop\":[\" the\",\"s and\"]")]
    [InlineData("\"seed\":3,\"max_tokens\":24,\"hash_logits\":true,\"return_token_ids\":true,\"explain\":true")]
    [InlineData("\"beams\":3,\"max_tokens\":12")]
    [InlineData("\"beams\":3,\"n\":1,\"max_tokens\":12,\"logprobs\":1,\"hash_logits\":true")]
    [InlineData("\"seed\":5,\"max_tokens\":30,\"logprobs\":2,\"stop\":[\"eQ\",\"tQ\",\"aQ\",\"nQ\",\"sQ\",\"dQ\"]")]
    public async Task What_is_streamed_is_together_what_is_sent_whole(string fields)
    {
        JsonObject whole = await fixture.Client.Ask(Path, Ask(fields));
        List<JsonObject> events = await fixture.Client.Stream(Path, Ask(fields + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));

        for (int i = 0; i < whole["choices"]!.AsArray().Count; i++)
        {
            JsonObject choice = whole.Choice(i);
            List<JsonObject> parts =
                [.. events.SelectMany(one => one["choices"]!.AsArray()).Select(part => (JsonObject)part!).Where(part => (int)part["index"]! == i)];
            Assert.Equal((string)choice["text"]!, string.Concat(parts.Select(part => (string)part["text"]!)));
            Assert.Equal((string)choice["finish_reason"]!, (string)parts[^1]["finish_reason"]!);
            Assert.Equal((string)choice["finish"]!, (string)parts[^1]["finish"]!);
            Assert.All(parts.SkipLast(1), part => Assert.Null(part["finish_reason"]));
            foreach (string list in (string[])["token_ids", "logits_hashes", "explanations"]) Assert.Equal(Joined([choice], list), Joined(parts, list));
            foreach (string list in (string[])["tokens", "token_logprobs", "top_logprobs", "text_offset"])
                Assert.Equal(Joined([choice["logprobs"]], list), Joined(parts.Select(part => part["logprobs"]), list));
        }
        JsonObject last = events[^1];
        Assert.Empty(last["choices"]!.AsArray());
        Assert.Equal((int)whole["usage"]!["completion_tokens"]!, (int)last["usage"]!["completion_tokens"]!);
        Assert.All(events.SkipLast(1), one => Assert.True(one.ContainsKey("usage") && one["usage"] is null));
        Assert.All(events, one => Assert.Equal((string)whole["system_fingerprint"]!, (string)one["system_fingerprint"]!));
    }

    [Fact]
    public async Task A_character_of_several_tokens_counts_in_the_offsets_after_it()
    {
        JsonObject answer = await fixture.Client.Ask(
            Path, """{"model":"grain-1m","prompt":"\ud83d\ude00 a","max_tokens":0,"echo":true,"logprobs":0}""");
        JsonNode logprobs = answer.Choice()["logprobs"]!;
        Assert.Equal((" a", 2), ((string)logprobs["tokens"]!.AsArray()[^1]!, (int)logprobs["text_offset"]!.AsArray()[^1]!));
    }

    [Fact]
    public async Task A_stop_text_takes_its_log_probabilities_with_it_and_others_keep_theirs()
    {
        JsonObject free = await fixture.Client.Ask(Path, Ask("\"seed\":5,\"max_tokens\":30,\"temperature\":0"));
        string stop = free.Text()[20..26];
        string quoted = System.Text.Json.JsonSerializer.Serialize(stop);
        JsonObject stopped = await fixture.Client.Ask(Path, Ask($"\"seed\":5,\"max_tokens\":30,\"temperature\":0,\"logprobs\":1,\"stop\":{quoted}"));
        JsonNode logprobs = stopped.Choice()["logprobs"]!;
        string spelled = string.Concat(logprobs["tokens"]!.AsArray().Select(token => (string)token!));

        Assert.Equal(free.Text()[..free.Text().IndexOf(stop, StringComparison.Ordinal)], stopped.Text());
        Assert.Equal("stop", (string)stopped.Choice()["finish_reason"]!);
        Assert.StartsWith(stopped.Text(), spelled);
        Assert.True(spelled.Length < stopped.Text().Length + 12, spelled);     // the last token may reach into the stop text, no further one is told
        Assert.Equal(logprobs["tokens"]!.AsArray().Count, logprobs["token_logprobs"]!.AsArray().Count);
    }

    [Fact]
    public async Task Several_prompts_give_their_choices_one_after_the_other()
    {
        JsonObject answer = await fixture.Client.Ask(Path, """{"model":"grain-1m","prompt":["Once upon a time","The king"],"n":2,"seed":1,"max_tokens":8}""");
        JsonObject second = await fixture.Client.Ask(Path, Api.Body("grain-1m", "The king", "\"n\":2,\"seed\":1,\"max_tokens\":8"));

        Assert.Equal([0, 1, 2, 3], answer["choices"]!.AsArray().Select(choice => (int)choice!["index"]!));
        Assert.Equal(second.Text(0), answer.Text(2));
        Assert.Equal(second.Text(1), answer.Text(3));
    }

    [Fact]
    public async Task The_best_of_several_comes_first()
    {
        JsonObject best = await fixture.Client.Ask(Path, Ask("\"seed\":4,\"max_tokens\":10,\"best_of\":4,\"n\":2,\"logprobs\":0"));
        JsonObject all = await fixture.Client.Ask(Path, Ask("\"seed\":4,\"max_tokens\":10,\"n\":4,\"logprobs\":0"));
        IEnumerable<string> ranked = all["choices"]!.AsArray().OrderByDescending(Mean).Select(choice => (string)choice!["text"]!);

        Assert.Equal(ranked.Take(2), best["choices"]!.AsArray().Select(choice => (string)choice!["text"]!));
        Assert.Equal(40, (int)best["usage"]!["completion_tokens"]!);
    }

    [Fact]
    public async Task An_echo_of_nothing_more_is_the_prompt_with_its_log_probabilities()
    {
        JsonObject answer = await fixture.Client.Ask(Path, Ask("\"max_tokens\":0,\"echo\":true,\"logprobs\":1,\"prompt_logprobs\":2"));
        JsonNode logprobs = answer.Choice()["logprobs"]!;
        int[] ids = fixture.Small.Model.Tokenizer.Encode(Prompt).Ids;
        List<TokenScore> scores = await fixture.Small.Model.ScoreAsync(ids).ToListAsync();

        Assert.Equal(Prompt, answer.Text());
        Assert.Equal(ids.Length, logprobs["tokens"]!.AsArray().Count);
        Assert.Null(logprobs["token_logprobs"]![0]);
        Assert.Equal(scores.Select(score => score.Logprob), logprobs["token_logprobs"]!.AsArray().Skip(1).Select(value => (float)value!));
        Assert.Equal(ids.Length, answer.Choice()["prompt_logprobs"]!.AsArray().Count);
    }

    private static double Mean(JsonNode? choice) => choice!["logprobs"]!["token_logprobs"]!.AsArray().Average(value => (double)value!);

    private static string Joined(IEnumerable<JsonNode?> parts, string list) =>
        string.Join(
            '\n', parts.Where(part => part?[list] is not null).SelectMany(part => part![list]!.AsArray()).Select(value => value?.ToJsonString() ?? "null"));
}
