using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Sandglass.Server.Tests;

/// <summary>What one holder of a key may learn of another's prompts by the cache, and what requests cost a key.</summary>
[Collection(ServerCollection.Name)]
public sealed class PrefixScopeTests(ServerFixture fixture)
{
    private static int _prompts;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cached_beginnings_are_a_keys_own_unless_the_operator_shares_them(bool shared)
    {
        await using Keys keys = await Keys.StartAsync(fixture.Small, shared, "\"weight\":1");
        string prompt = FreshPrompt();

        Assert.Equal(0, await CachedAsync(keys, "alice", prompt));
        Assert.NotEqual(0, await CachedAsync(keys, "alice", prompt));
        int bobs = await CachedAsync(keys, "bob", prompt);
        Assert.Equal(shared, bobs > 0);
        Assert.Equal(0, await CachedAsync(keys, "bob", FreshPrompt()));
    }

    [Fact]
    public async Task A_salt_parts_the_cache_of_one_key_too()
    {
        await using Keys keys = await Keys.StartAsync(fixture.Small, sharePrefixes: true, "\"weight\":1");
        string prompt = FreshPrompt();

        Assert.Equal(0, await CachedAsync(keys, "alice", prompt, ",\"cache_salt\":\"a\""));
        Assert.Equal(0, await CachedAsync(keys, "alice", prompt, ",\"cache_salt\":\"b\""));
        Assert.NotEqual(0, await CachedAsync(keys, "alice", prompt, ",\"cache_salt\":\"a\""));
    }

    [Fact]
    public async Task Tokens_are_charged_read_and_written()
    {
        await using Keys keys = await Keys.StartAsync(fixture.Small, sharePrefixes: false, "\"tokens_per_minute\":60");
        (HttpStatusCode first, JsonObject answer, _) = await keys.AskAsync("alice", FreshPrompt());
        Assert.Equal(HttpStatusCode.OK, first);
        Assert.True((int)answer["usage"]!["total_tokens"]! > 60);

        (HttpStatusCode status, JsonObject refused, TimeSpan? wait) = await keys.RefusedAsync("alice", FreshPrompt());
        Assert.Equal((HttpStatusCode.TooManyRequests, "key-tokens"), (status, (string)refused["error"]!["code"]!));
        Assert.InRange(wait!.Value.TotalSeconds, 1, 180);
        Assert.Equal(HttpStatusCode.OK, (await keys.AskAsync("bob", FreshPrompt())).Status);
    }

    [Fact]
    public async Task A_refused_request_costs_no_tokens()
    {
        await using Keys keys = await Keys.StartAsync(fixture.Small, sharePrefixes: false, "\"tokens_per_minute\":60");
        string tooLong = $",\"prediction\":{{\"type\":\"content\",\"content\":\"{string.Concat(Enumerable.Repeat("one two three ", 1000))}\"}}";

        Assert.Equal(HttpStatusCode.BadRequest, (await keys.AskAsync("alice", FreshPrompt(), tooLong)).Status);
        Assert.Equal(HttpStatusCode.OK, (await keys.AskAsync("alice", FreshPrompt())).Status);
    }

    [Fact]
    public async Task Who_leaves_before_the_answer_pays_for_what_was_written()
    {
        await using Keys keys = await Keys.StartAsync(fixture.Small, sharePrefixes: false, "\"tokens_per_minute\":500");
        long before = fixture.Small.Model.Activity.GeneratedTokens;
        using CancellationTokenSource leave = new();
        Task asked = keys.AskAsync("alice", "Once", ",\"n\":8,\"ignore_eos\":true", leave.Token, maxTokens: 1000);
        while (fixture.Small.Model.Activity.GeneratedTokens < before + 1000) await Task.Delay(1);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        while (fixture.Small.Model.Activity.Running > 0) await Task.Delay(1);

        HttpStatusCode status = HttpStatusCode.OK;      // the server may still be about to count
        for (int i = 0; i < 50 && status == HttpStatusCode.OK; i++, await Task.Delay(10)) status = (await keys.AskAsync("alice", "a")).Status;
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
    }

    private static async Task<int> CachedAsync(Keys keys, string name, string prompt, string fields = "")
    {
        (HttpStatusCode status, JsonObject answer, _) = await keys.AskAsync(name, prompt, fields);
        Assert.True(status == HttpStatusCode.OK, $"{answer}");
        return (int?)answer["usage"]!["prompt_tokens_details"]?["cached_tokens"] ?? 0;
    }

    /// <summary>Some pages long, and begun as no other.</summary>
    private static string FreshPrompt() =>
        $"Story {Interlocked.Increment(ref _prompts)}. " + string.Concat(Enumerable.Repeat("Once upon a time there was a king who had a daughter. ", 10));

    /// <summary>A server with the keys of alice and bob.</summary>
    private sealed class Keys(SandglassServer server, HttpClient client, string file) : IAsyncDisposable
    {
        public static async Task<Keys> StartAsync(ServedModel model, bool sharePrefixes, string limits)
        {
            string file = Path.GetTempFileName();
            IEnumerable<string> entries = ((string[])["alice", "bob"]).Select(name =>
                $"{{\"name\":\"{name}\",\"sha256\":\"{Convert.ToHexString(ApiKey.HashOf(Encoding.UTF8.GetBytes(Key(name))))}\",{limits}}}");
            File.WriteAllText(file, $"{{\"keys\":[{string.Join(',', entries)}]}}");
            SandglassServer server = await SandglassServer.StartAsync(
                new ServerOptions { Models = [model], Address = "http://127.0.0.1:0", KeyFile = file, SharePrefixes = sharePrefixes });
            return new Keys(server, new HttpClient { BaseAddress = new Uri(server.Address) }, file);
        }

        public async Task<(HttpStatusCode Status, JsonObject Answer, TimeSpan? Wait)> AskAsync(
            string name, string prompt, string fields = "", CancellationToken leave = default, int maxTokens = 2)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "v1/completions")
            {
                Content = new StringContent($"{{\"prompt\":\"{prompt}\",\"max_tokens\":{maxTokens},\"seed\":1{fields}}}", Encoding.UTF8, "application/json"),
            };
            request.Headers.Add("Authorization", $"Bearer {Key(name)}");
            using HttpResponseMessage response = await client.SendAsync(request, leave);
            return (response.StatusCode, (JsonObject)JsonNode.Parse(await response.Content.ReadAsStringAsync())!, response.Headers.RetryAfter?.Delta);
        }

        /// <summary>Asks until it is refused: what was written is charged a moment after its client has it.</summary>
        public async Task<(HttpStatusCode Status, JsonObject Answer, TimeSpan? Wait)> RefusedAsync(string name, string prompt)
        {
            for (int i = 0; ; i++)
            {
                (HttpStatusCode Status, JsonObject Answer, TimeSpan? Wait) answer = await AskAsync(name, prompt);
                if (answer.Status != HttpStatusCode.OK || i == 10) return answer;
            }
        }

        private static string Key(string name) => $"the-long-key-of-{name}";

        public async ValueTask DisposeAsync()
        {
            client.Dispose();
            await server.DisposeAsync();
            File.Delete(file);
        }
    }
}
