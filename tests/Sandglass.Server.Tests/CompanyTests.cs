using System.Text;
using System.Text.Json.Nodes;
using Sandglass.Generation;

namespace Sandglass.Server.Tests;

/// <summary>Many requests of all kinds at once, some of whose clients leave: each text has the bits that it has alone.</summary>
/// <remarks>A model of its own: 8 texts run together, cached pages lack, and what is far back leaves the window.</remarks>
public sealed class CompanyTests : IAsyncLifetime
{
    private const string Path = "v1/completions";

    private const int Places = 8;

    // what a request asks for besides its seed and length
    private static readonly string[] Kinds =
    [
        "\"temperature\":0", "", "\"top_p\":0.9", "\"min_p\":0.1,\"n\":2", "\"frequency_penalty\":0.8,\"presence_penalty\":0.4,\"logprobs\":3", "\"beams\":3",
        "\"mirostat\":2", "\"dry_multiplier\":1,\"no_repeat_ngram\":4", "\"typical_p\":0.7,\"top_k\":40", "\"draft\":\"lookup\",\"temperature\":0", "\"n\":4",
        "\"draft\":\"model\",\"temperature\":0.3", "\"prediction\":{\"type\":\"content\",\"content\":\"there was a king who had a daughter\"},\"top_k\":2",
        "\"beams\":4,\"n\":1,\"length_penalty\":2", "\"stop\":[\" the\",\"and he\"],\"logprobs\":1", "\"xtc_probability\":0.5,\"logit_bias\":{\"300\":3}",
        "\"prompt_logprobs\":1,\"echo\":true", "\"priority\":-1,\"n\":3,\"best_of\":4", "\"cache_salt\":\"mine\",\"top_n_sigma\":1", "\"cache_prompt\":false",
    ];

    private static readonly string[] Beginnings = ["Once upon a time", "There was once a king who had three daughters, and", "The fox said to the"];

    private ServedModel _model = null!;
    private SandglassServer _server = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        ModelOptions options = new() { MaxBatch = Places, Window = 64, CacheMemory = 1_500_000, Draft = "embedded:grain-1m" };
        _model = await ServedModel.LoadAsync("embedded:grain-1m", options: options);
        _server = await SandglassServer.StartAsync(new ServerOptions { Models = [_model], Address = "http://127.0.0.1:0" });
        _client = new HttpClient { BaseAddress = new Uri(_server.Address) };
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _model.Dispose();
    }

    [Fact]
    public async Task Each_of_64_requests_at_once_has_the_bits_that_it_has_alone()
    {
        string[] bodies = [.. Enumerable.Range(0, 64).Select(Body)];
        string[] alone = new string[bodies.Length];
        for (int i = 0; i < bodies.Length; i++) alone[i] = await Ask(i, bodies[i]);

        // what runs without an end holds the places until all the others wait, so that they begin together however slowly they come
        EngineActivity before = _model.Model.Activity;
        HeldPlace[] holders = new HeldPlace[Places];
        for (int i = 0; i < Places; i++) holders[i] = await HeldPlace.OfAsync(_model.Model);
        HttpResponseMessage[] early = await Task.WhenAll(Enumerable.Range(1, 4).Select(n => Begin($"\"n\":{n},\"max_tokens\":1000000")));
        await Until(() => _model.Model.Activity.Waiting == early.Length);
        Task<string>[] asked = [.. bodies.Select((body, i) => Ask(i, body))];
        HttpResponseMessage[] late = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Begin("\"max_tokens\":1000000")));
        await Until(() => _model.Model.Activity.Waiting == early.Length + bodies.Length + late.Length);
        foreach (HeldPlace one in holders) await one.DisposeAsync();
        foreach ((int i, HttpResponseMessage one) in early.Concat(late).Index())        // those in the midst of their texts, these while they wait
        {
            await Until(() => asked.Count(task => task.IsCompleted) >= 2 * i);
            one.Dispose();
        }
        string[] together = await Task.WhenAll(asked);
        await Until(() => _model.Model.Activity is { Running: 0, Waiting: 0, HeldPages: 0 });
        EngineActivity after = _model.Model.Activity;

        for (int i = 0; i < bodies.Length; i++) Assert.True(alone[i] == together[i], $"{bodies[i]}\n{alone[i]}\n{together[i]}");
        Assert.True(after.Preemptions > before.Preemptions);
        Assert.True(after.PrefixHitTokens > before.PrefixHitTokens);
        Assert.True(after.Accepted > before.Accepted);
    }

    // prompts of 5 to some 100 tokens, of which many begin alike
    private static string Body(int number)
    {
        string fields = Kinds[number % Kinds.Length];
        string prompt = string.Concat(Enumerable.Repeat(Beginnings[number % 3] + " ", 1 + (number % 5))) + (char)('a' + (number % 4));
        string hashes = fields == "\"beams\":3" ? "" : ",\"hash_logits\":true";      // of several beams only the best one's are told
        return Api.Body("grain-1m", prompt, $"\"seed\":{number},\"max_tokens\":{16 + (number % 5 * 6)},\"return_token_ids\":true{hashes}")[..^1]
            + (fields.Length == 0 ? "}" : $",{fields}}}");
    }

    // every other answer is streamed where that can be
    private async Task<string> Ask(int number, string body)
    {
        if (number % 2 == 0 || body.Contains("best_of", StringComparison.Ordinal)) return Evidence([await _client.Ask(Path, body)]);
        return Evidence(await _client.Stream(Path, body[..^1] + ",\"stream\":true}"));
    }

    private async Task<HttpResponseMessage> Begin(string fields)
    {
        string body = Api.Body("grain-1m", "Once upon a time", $"\"stream\":true,\"ignore_eos\":true,{fields}");
        using HttpRequestMessage request = new(HttpMethod.Post, Path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    // all that an answer says of its texts, joined where it came in events
    private static string Evidence(IReadOnlyList<JsonObject> events)
    {
        StringBuilder all = new();
        foreach (IGrouping<int, JsonObject> parts in events.SelectMany(Api.Choices).GroupBy(part => (int)part["index"]!).OrderBy(parts => parts.Key))
        {
            all.Append(parts.Key).Append(string.Concat(parts.Select(part => (string)part["text"]!))).Append((string?)parts.Last()["finish"]);
            foreach (string list in (string[])["token_ids", "logits_hashes", "prompt_logprobs"])
                all.Append(' ').AppendJoin(',', parts.SelectMany(part => part[list] as JsonArray ?? []).Select(one => one?.ToJsonString()));
            foreach (string list in (string[])["tokens", "token_logprobs", "top_logprobs"])
                all.Append(' ').AppendJoin(',', parts.SelectMany(part => part["logprobs"]?[list] as JsonArray ?? []).Select(one => one?.ToJsonString()));
            all.Append(' ').Append(parts.Last()["beam_score"]?.ToJsonString()).AppendLine();
        }
        return all.ToString();
    }

    private static async Task Until(Func<bool> condition)
    {
        for (int i = 0; i < 3000 && !condition(); i++) await Task.Delay(10);
        Assert.True(condition());
    }
}
