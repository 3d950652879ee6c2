using System.Text.Json.Nodes;

namespace Sandglass.Server.Tests;

/// <summary>Each parameter once honoured, so that it is seen in the answer, and once refused, by its name. None is ignored.</summary>
[Collection(ServerCollection.Name)]
public class ParameterTests(ServerFixture fixture)
{
    private const string Chat = "v1/chat/completions", Completions = "v1/completions";

    private static readonly string Base = "\"model\":\"grain-1m\",\"seed\":11", Ending = ",\"max_tokens\":24";

    private static string Body(string path, string fields, string length = "") => path == Chat
        ? $$"""{{{Base}}{{length}},"messages":[{"role":"user","content":"The king"}],{{fields}}}"""
        : $$"""{{{Base}}{{length}},"prompt":"Once upon a time there was a king. The king",{{fields}}}""";

    /// <summary>Those that change the text, with a value that does.</summary>
    [Theory]
    [InlineData("\"temperature\":0.2")]
    [InlineData("\"top_p\":0.3")]
    [InlineData("\"top_k\":2")]
    [InlineData("\"min_p\":0.4")]
    [InlineData("\"typical_p\":0.2")]
    [InlineData("\"top_n_sigma\":0.3")]
    [InlineData("\"xtc_probability\":1,\"xtc_threshold\":0.02")]
    [InlineData("\"dynatemp_range\":0.9")]
    [InlineData("\"dynatemp_range\":0.9,\"dynatemp_exponent\":3")]
    [InlineData("\"mirostat\":2,\"mirostat_tau\":1")]
    [InlineData("\"mirostat\":1,\"mirostat_tau\":1,\"mirostat_eta\":0.5")]
    [InlineData("\"samplers\":[\"top_k\",\"temperature\"],\"top_k\":2")]
    [InlineData("\"frequency_penalty\":2")]
    [InlineData("\"presence_penalty\":2")]
    [InlineData("\"repetition_penalty\":1.8")]
    [InlineData("\"repeat_penalty\":1.8,\"repeat_last_n\":8")]
    [InlineData("\"no_repeat_ngram\":1")]
    [InlineData("\"dry_multiplier\":5,\"dry_allowed_length\":1,\"dry_base\":3,\"dry_window\":64,\"dry_breakers\":[\"!\"]")]
    [InlineData("\"logit_bias\":{\"300\":100}")]
    [InlineData("\"allowed_token_ids\":[300,301,302]")]
    [InlineData("\"beams\":2,\"n\":1")]
    [InlineData("\"beams\":4,\"beam_groups\":2,\"diversity_penalty\":0.5,\"n\":1,\"length_penalty\":0.5,\"early_stopping\":\"never\"")]
    [InlineData("\"stop\":\"e\"")]
    [InlineData("\"min_tokens\":24,\"stop_token_ids\":[13]")]
    public async Task What_changes_the_text_changes_it(string fields)
    {
        string plain = (await fixture.Client.Ask(Completions, Body(Completions, "\"stream\":false", Ending))).Text();

        Assert.NotEqual(plain, (await fixture.Client.Ask(Completions, Body(Completions, fields, Ending))).Text());
    }

    /// <summary>Those that the text does not depend on.</summary>
    [Theory]
    [InlineData("\"draft\":\"lookup\"")]
    [InlineData("\"prediction\":{\"type\":\"content\",\"content\":\"was a good king, and the king\"}")]
    [InlineData("\"priority\":5")]
    [InlineData("\"cache_salt\":\"a\"")]
    [InlineData("\"cache_prompt\":false")]
    [InlineData("\"compute\":\"fast\"")]
    [InlineData("\"user\":\"somebody\"")]
    [InlineData("\"safety_identifier\":\"somebody\",\"prompt_cache_key\":\"a\",\"metadata\":{\"job\":\"7\"}")]
    [InlineData("\"start_within\":600")]
    [InlineData("\"time_limit\":600")]
    [InlineData("\"logprobs\":2")]
    [InlineData("\"length_penalty\":1,\"early_stopping\":false,\"beam_groups\":1,\"diversity_penalty\":0,\"best_of\":1")]
    [InlineData("\"dry_multiplier\":0,\"dry_base\":1.75,\"xtc_probability\":0,\"xtc_threshold\":0.1,\"mirostat\":0,\"mirostat_tau\":5,\"top_k\":-1")]
    [InlineData("\"temperature\":null,\"stop\":null,\"n\":null")]
    public async Task What_leaves_the_text_alone_leaves_it(string fields)
    {
        string plain = (await fixture.Client.Ask(Completions, Body(Completions, "\"stream\":false", Ending))).Text();

        Assert.Equal(plain, (await fixture.Client.Ask(Completions, Body(Completions, fields, Ending))).Text());
    }

    /// <summary>What OpenAI has and is here only at the value that changes nothing.</summary>
    [Theory]
    [InlineData("\"store\":false,\"service_tier\":\"auto\",\"response_format\":{\"type\":\"text\"},\"tools\":[],\"tool_choice\":\"none\",\"functions\":[]")]
    [InlineData("\"function_call\":\"none\",\"modalities\":[\"text\"],\"parallel_tool_calls\":true,\"verbosity\":\"medium\",\"reasoning_effort\":\"none\"")]
    [InlineData("\"audio\":null,\"web_search_options\":null,\"use_beam_search\":false,\"skip_special_tokens\":true,\"include_stop_str_in_output\":false")]
    public async Task What_changes_nothing_is_accepted(string fields) => await fixture.Client.Ask(Chat, Body(Chat, fields, ",\"max_tokens\":2"));

    /// <summary>The engine's refusals have the names of the route that is asked.</summary>
    [Theory]
    [InlineData(Completions, "max_tokens")]
    [InlineData(Chat, "max_completion_tokens")]
    public async Task An_option_is_called_by_the_routes_own_name(string path, string name)
    {
        JsonObject error = await fixture.Client.Refused(path, Body(path, "\"min_tokens\":25", Ending));

        Assert.Equal("min_tokens", (string)error["param"]!);
        Assert.Contains($"({name})", (string)error["message"]!);
    }

    [Theory]
    [InlineData(Chat, "store", "true")]
    [InlineData(Chat, "service_tier", "\"flex\"")]
    [InlineData(Chat, "response_format", "{\"type\":\"json_object\"}")]
    [InlineData(Chat, "tools", "[{\"type\":\"function\"}]")]
    [InlineData(Chat, "tool_choice", "\"required\"")]
    [InlineData(Chat, "functions", "[{}]")]
    [InlineData(Chat, "function_call", "{\"name\":\"f\"}")]
    [InlineData(Chat, "modalities", "[\"text\",\"audio\"]")]
    [InlineData(Chat, "audio", "{}")]
    [InlineData(Chat, "reasoning_effort", "\"high\"")]
    [InlineData(Chat, "verbosity", "\"low\"")]
    [InlineData(Chat, "parallel_tool_calls", "\"yes\"")]
    [InlineData(Chat, "web_search_options", "{}")]
    [InlineData(Chat, "prompt_cache_retention", "\"24h\"")]
    [InlineData(Chat, "chat_template", "\"x\"")]
    [InlineData(Chat, "chat_template_kwargs", "7")]
    [InlineData(Chat, "chat_template_kwargs", "{\"messages\":[]}")]
    [InlineData(Chat, "top_logprobs", "21")]
    [InlineData(Chat, "top_logprobs", "2")]
    [InlineData(Chat, "logprobs", "3")]
    [InlineData(Chat, "metadata", "{\"a\":1}")]
    [InlineData(Chat, "max_completion_tokens", "-1")]
    [InlineData(Chat, "stream_options", "{\"include_usage\":true}")]
    [InlineData(Completions, "suffix", "\"end\"")]
    [InlineData(Completions, "best_of", "0")]
    [InlineData(Completions, "logprobs", "true")]
    [InlineData(Completions, "echo", "1")]
    [InlineData(Completions, "n", "0")]
    [InlineData(Completions, "n", "65")]
    [InlineData(Completions, "seed", "1.5")]
    [InlineData(Completions, "stop", "[\"\"]")]
    [InlineData(Completions, "stop", "{}")]
    [InlineData(Completions, "stream", "\"true\"")]
    [InlineData(Completions, "user", "7")]
    [InlineData(Completions, "temperature", "2.1")]
    [InlineData(Completions, "temperature", "-0.1")]
    [InlineData(Completions, "temperature", "1e400")]
    [InlineData(Completions, "temperature", "\"hot\"")]
    [InlineData(Completions, "top_p", "0")]
    [InlineData(Completions, "top_k", "-2")]
    [InlineData(Completions, "min_p", "1.5")]
    [InlineData(Completions, "typical_p", "0")]
    [InlineData(Completions, "top_n_sigma", "-1")]
    [InlineData(Completions, "xtc_threshold", "0.1")]
    [InlineData(Completions, "xtc_probability", "2")]
    [InlineData(Completions, "dynatemp_exponent", "2")]
    [InlineData(Completions, "dynatemp_range", "-1")]
    [InlineData(Completions, "mirostat", "3")]
    [InlineData(Completions, "mirostat_tau", "5")]
    [InlineData(Completions, "mirostat_eta", "-1")]
    [InlineData(Completions, "samplers", "[\"top_q\"]")]
    [InlineData(Completions, "frequency_penalty", "2.5")]
    [InlineData(Completions, "presence_penalty", "-3")]
    [InlineData(Completions, "repetition_penalty", "0")]
    [InlineData(Completions, "repeat_penalty", "0")]
    [InlineData(Completions, "penalty_window", "0")]
    [InlineData(Completions, "no_repeat_ngram", "-1")]
    [InlineData(Completions, "dry_multiplier", "-1")]
    [InlineData(Completions, "dry_base", "2")]
    [InlineData(Completions, "dry_allowed_length", "0")]
    [InlineData(Completions, "dry_window", "0")]
    [InlineData(Completions, "dry_breakers", "[7]")]
    [InlineData(Completions, "logit_bias", "{\"1\":101}")]
    [InlineData(Completions, "logit_bias", "{\"a\":1}")]
    [InlineData(Completions, "logit_bias", "{\"1000000\":1}")]
    [InlineData(Completions, "allowed_token_ids", "[]")]
    [InlineData(Completions, "allowed_token_ids", "[1000000]")]
    [InlineData(Completions, "banned_token_ids", "[-1]")]
    [InlineData(Completions, "stop_token_ids", "[1000000]")]
    [InlineData(Completions, "max_tokens", "1.5")]
    [InlineData(Completions, "min_tokens", "17")]
    [InlineData(Completions, "ignore_eos", "0")]
    [InlineData(Completions, "time_limit", "0")]
    [InlineData(Completions, "loop_ngram", "5000")]
    [InlineData(Completions, "loop_repeats", "4")]
    [InlineData(Completions, "beams", "65")]
    [InlineData(Completions, "length_penalty", "2")]
    [InlineData(Completions, "early_stopping", "true")]
    [InlineData(Completions, "beam_groups", "2")]
    [InlineData(Completions, "diversity_penalty", "1")]
    [InlineData(Completions, "prompt_logprobs", "-1")]
    [InlineData(Completions, "cache_salt", "\"\"")]
    [InlineData(Completions, "cache_prompt", "1")]
    [InlineData(Completions, "priority", "1.5")]
    [InlineData(Completions, "start_within", "-1")]
    [InlineData(Completions, "explain", "1")]
    [InlineData(Completions, "hash_logits", "1")]
    [InlineData(Completions, "return_token_ids", "1")]
    [InlineData(Completions, "compute", "\"exact\"")]
    [InlineData(Completions, "draft", "\"model\"")]
    [InlineData(Completions, "draft_rejection", "true")]
    [InlineData(Completions, "prediction", "\"text\"")]
    [InlineData(Completions, "prediction", "{\"type\":7,\"content\":\"x\"}")]
    [InlineData(Completions, "add_special_tokens", "1")]
    [InlineData(Completions, "parse_special", "1")]
    [InlineData(Completions, "grammar", "\"root ::= x\"")]
    [InlineData(Completions, "guided_json", "{}")]
    [InlineData(Completions, "truncate_prompt_tokens", "5")]
    [InlineData(Completions, "use_beam_search", "true")]
    [InlineData(Completions, "messages", "[]")]
    [InlineData(Completions, "colour", "\"red\"")]
    public async Task What_cannot_be_honoured_is_refused_by_its_name(string path, string name, string value)
    {
        string body = Body(path, $"\"{name}\":{value}");
        JsonObject error = await fixture.Client.Refused(path, name == "seed" ? body.Replace("\"seed\":11,", "") : body);

        Assert.Equal(name, (string)error["param"]!);
        Assert.Equal("invalid_request_error", (string)error["type"]!);
        Assert.Contains(name, (string)error["message"]!);
    }

    [Theory]
    [InlineData("top_pp", "top_p")]
    [InlineData("maxtokens", "max_tokens")]
    [InlineData("Temperature", "temperature")]
    [InlineData("frequencyPenalty", "frequency_penalty")]
    [InlineData("topK", "top_k")]
    public async Task An_unknown_name_is_refused_with_the_nearest_that_exists(string name, string nearest)
    {
        JsonObject error = await fixture.Client.Refused(Completions, Body(Completions, $"\"{name}\":1"));

        Assert.Equal("parameter-unknown", (string)error["code"]!);
        Assert.EndsWith($"is {nearest}.", (string)error["message"]!);
    }

    [Theory]
    [InlineData("message", "The nearest name is messages, which is no parameter of this route, but one of /v1/chat/completions, /apply-template and /trace.")]
    [InlineData("messages", "messages is no parameter of this route, but one of /v1/chat/completions, /apply-template and /trace.")]
    [InlineData("max_new_tokens", "There is no parameter max_new_tokens. Here it is max_tokens.")]
    [InlineData("zebra", "There is no parameter zebra. None that exists is near it: GET /openapi.json lists all.")]
    [InlineData("k", "None that exists is near it")]
    public async Task A_name_that_is_near_to_none_is_not_answered_with_any(string name, string message)
    {
        JsonObject error = await fixture.Client.Refused(Completions, Body(Completions, $"\"{name}\":1"));

        Assert.Equal(("parameter-unknown", name), ((string)error["code"]!, (string)error["param"]!));
        Assert.Contains(message, (string)error["message"]!);
    }

    [Fact]
    public void Names_that_others_use_are_none_of_ours() =>
        Assert.All(MeantNames.All, name => Assert.Null(ParameterTable.Find(name, ApiRoutes.Chat) ?? ParameterTable.Find(name, ApiRoutes.Completions)));

    [Fact]
    public async Task Two_names_of_one_parameter_are_one_too_many()
    {
        JsonObject error = await fixture.Client.Refused(Chat, Body(Chat, "\"max_tokens\":4,\"max_completion_tokens\":4"));

        Assert.Equal("parameter-twice", (string)error["code"]!);
    }

    [Theory]
    [InlineData("\"beams\":2,\"temperature\":0.7", "temperature")]
    [InlineData("\"beams\":2,\"n\":3", "n")]
    [InlineData("\"beams\":2,\"logprobs\":1", "logprobs")]
    [InlineData("\"beams\":2,\"draft\":\"lookup\"", "draft")]
    [InlineData("\"best_of\":3,\"stream\":true", "best_of")]
    [InlineData("\"best_of\":2,\"n\":3", "best_of")]
    [InlineData("\"prediction\":{\"type\":\"content\",\"content\":\"x\"},\"draft\":\"none\"", "prediction")]
    [InlineData("\"samplers\":[\"top_k\"],\"top_k\":4,\"top_p\":0.5", "top_p")]
    [InlineData("\"mirostat\":2,\"top_k\":4", "mirostat")]
    public async Task What_contradicts_is_refused(string fields, string param) =>
        Assert.Equal(param, (string)(await fixture.Client.Refused(Completions, Body(Completions, fields)))["param"]!);

    [Fact]
    public async Task An_end_that_is_ignored_is_never_chosen_and_one_that_is_added_ends_the_text()
    {
        int end = fixture.Small.Model.Tokenizer.EndIds.First();
        string bias = $"\"return_token_ids\":true,\"logit_bias\":{{\"{end}\":100}}";
        JsonObject ended = await fixture.Client.Ask(Completions, Body(Completions, bias));
        JsonObject ignored = await fixture.Client.Ask(Completions, Body(Completions, bias + ",\"ignore_eos\":true"));
        JsonObject added = await fixture.Client.Ask(Completions, Body(Completions,
            "\"return_token_ids\":true,\"logit_bias\":{\"300\":100},\"stop_token_ids\":[300]"));
        JsonObject onlyAdded = await fixture.Client.Ask(
            Completions, Body(Completions,
                $"\"return_token_ids\":true,\"logit_bias\":{{\"{end}\":100,\"300\":99}},\"ignore_eos\":true,\"stop_token_ids\":[300]"));

        Assert.Equal(("eos", "stop", ""), ((string)ended.Choice()["finish"]!, (string)ended.Choice()["finish_reason"]!, ended.Text()));
        Assert.Equal("length", (string)ignored.Choice()["finish"]!);
        Assert.Equal([300], added.Choice()["token_ids"]!.AsArray().Select(id => (int)id!));
        Assert.Equal([300], onlyAdded.Choice()["token_ids"]!.AsArray().Select(id => (int)id!));
    }

    [Fact]
    public async Task A_loop_is_told_in_our_words_and_as_length_in_OpenAIs()
    {
        JsonObject answer = await fixture.Client.Ask(Completions, Body(Completions, "\"logit_bias\":{\"300\":100},\"loop_ngram\":1,\"loop_repeats\":5",
            ",\"max_tokens\":50"));

        Assert.Equal(("loop", "length"), ((string)answer.Choice()["finish"]!, (string)answer.Choice()["finish_reason"]!));
        Assert.Equal(5, (int)answer["usage"]!["completion_tokens"]!);
    }

    [Fact]
    public async Task A_prediction_is_counted_and_a_cached_beginning_too()
    {
        string tale = string.Join(' ', Enumerable.Repeat("The king went to the sea.", 30));
        string body = $$$"""
            {"model":"grain-1m","prompt":"{{{tale}}}","temperature":0,"max_tokens":20,"prediction":{"type":"content","content":"{{{tale}}}"}}
            """;
        await fixture.Client.Ask(Completions, body);
        JsonNode usage = (await fixture.Client.Ask(Completions, body))["usage"]!;
        JsonNode ofSeveral = (await fixture.Client.Ask(Completions, body.Replace("\"temperature\":0", "\"n\":4", StringComparison.Ordinal)))["usage"]!;

        Assert.True((int)usage["prompt_tokens_details"]!["cached_tokens"]! > 32, usage.ToJsonString());
        Assert.InRange((int)ofSeveral["prompt_tokens_details"]!["cached_tokens"]!, 32, (int)ofSeveral["prompt_tokens"]!);     // once, as the prompt
        Assert.True((int)usage["completion_tokens_details"]!["accepted_prediction_tokens"]! > 0, usage.ToJsonString());
    }
}
