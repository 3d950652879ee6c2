using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sandglass.Generation;
using Sandglass.Tests;

namespace Sandglass.Server.Tests;

/// <summary><c>GET /activity</c>: what the engine did, by event; bounded, and nobody is told of another's text.</summary>
/// <remarks>A model of its own, of which every step is this test's.</remarks>
public sealed class ActivityTests : IAsyncLifetime
{
    private const string Alice = "key-of-alice-long-enough", Bob = "key-of-bob-long-enough";
    private const string Completions = "v1/completions";

    private readonly string _file = Path.GetTempFileName();
    private ServedModel _model = null!;
    private SandglassServer _server = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _model = await ServedModel.LoadAsync("embedded:grain-1m", options: new ModelOptions { MaxBatch = 2 });
        _server = await StartAsync(new ServerLimits { Watchers = 2 });
        _client = new HttpClient { BaseAddress = new Uri(_server.Address) };
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _model.Dispose();
        File.Delete(_file);
    }

    [Fact]
    public async Task Texts_that_are_asked_for_are_told_from_their_beginning_to_their_end()
    {
        using WatchedActivity activity = await WatchedActivity.BeginAsync(_client);
        JsonObject[] answers = await Task.WhenAll(Enumerable.Range(1, 3).Select(seed => _client.Ask(Completions, Body(seed, 20 + seed))));
        await activity.ReadUntilAsync(() => activity.Ended.Length == 3);

        activity.RequireContract();
        Assert.Equal(("grain-1m", false, 2), ((string)activity.Start["model"]!, (bool)activity.Start["keys"]!, (int)activity.Start["maxBatch"]!));
        int read = 0;
        for (int text = 1; text <= 3; text++)
        {
            JsonObject[] places = [.. activity.Of(text)];
            int wrote = places.Sum(place => Runs(place).Sum(run => run.Steps * run.Wrote));
            Assert.Equal((int)places[^1]["written"]!, wrote);
            Assert.All(places, place => Assert.True((bool)place["own"]!));
            read += places.Sum(place => Runs(place).Where(run => run.Phase == "reading").Sum(run => run.Steps * run.Rows));
        }
        JsonArray[] rows = [.. activity.Snapshots.Select(one => one["rows"]!.AsArray())];
        Assert.Equal([21, 22, 23], Enumerable.Range(1, 3).Select(text => (int)activity.Of(text).Last()["written"]!).Order());
        Assert.Equal(answers.Sum(answer => (int)answer["usage"]!["completion_tokens"]!), activity.Snapshots.Sum(one => (int)one["written"]!));
        Assert.Equal(read, activity.Snapshots.Sum(one => (int)one["read"]!));
        Assert.Equal((long)rows.Sum(one => one.Count), (long)activity.Snapshots[^1]["step"]!);
        Assert.All(activity.Snapshots, one => Assert.Equal(0, (long)one["lost"]!));
        Assert.Equal(0, (long)activity.Snapshots[^1]["pages"]!["held"]!);
    }

    [Fact]
    public async Task With_keys_a_caller_knows_its_own_texts_and_of_others_only_their_part_in_steps()
    {
        await File.WriteAllTextAsync(_file, $$"""
            {"keys":[{"name":"alice","sha256":"{{Hash(Alice)}}"},{"name":"bob","sha256":"{{Hash(Bob)}}"}]}
            """);
        await using SandglassServer server = await StartAsync(new ServerLimits(), _file);
        using HttpClient client = new() { BaseAddress = new Uri(server.Address) };
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("activity")).StatusCode);
        using WatchedActivity activity = await WatchedActivity.BeginAsync(client, "", Alice);
        await AskAs(client, Alice);
        await AskAs(client, Bob);
        await activity.ReadUntilAsync(() => activity.Ended.Length == 2);

        activity.RequireContract();
        Assert.True((bool)activity.Start["keys"]!);
        Assert.All(activity.Of(1), place => Assert.Equal((true, 5), ((bool)place["own"]!, place.Count(field => field.Key is "own" or "prompt" or "written" or "positions" or "pages"))));
        Assert.All(activity.Of(2), place => Assert.Equal(["text", "tenant", "own", "phase", "runs"], place.Select(field => field.Key)));
        Assert.All(activity.Of(2), place => Assert.False((bool)place["own"]!));
        (int Steps, string Phase, int Rows, int Wrote)[] others = [.. activity.Of(2).SelectMany(Runs)], own = [.. activity.Of(1).SelectMany(Runs)];
        Assert.Contains(others, run => run.Phase == "reading");
        Assert.Equal(1, others.Max(run => run.Rows));
        Assert.InRange(own.Max(run => run.Rows), 2, 100);
        Assert.Equal((1, 2), ((int)activity.Of(1).First()["tenant"]!, (int)activity.Of(2).First()["tenant"]!));
        Assert.DoesNotContain("bob", activity.RequireContract().ToJsonString());
    }

    [Fact]
    public async Task Who_leaves_makes_room_and_one_too_many_is_told_when_to_come_again()
    {
        using WatchedActivity first = await WatchedActivity.BeginAsync(_client), second = await WatchedActivity.BeginAsync(_client);
        using HttpResponseMessage refused = await _client.GetAsync("activity");
        JsonNode error = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "watchers-full"), (refused.StatusCode, (string)error["code"]!));
        Assert.Equal(TimeSpan.FromSeconds(5), refused.Headers.RetryAfter!.Delta);

        second.Dispose();
        first.Dispose();
        await Until(() => _server.Running == 0);
        Assert.False(_model.Model.IsWatched);
        using WatchedActivity third = await WatchedActivity.BeginAsync(_client);
        Assert.True(_model.Model.IsWatched);
    }

    [Fact]
    public async Task A_page_of_another_site_takes_no_place()
    {
        for (int i = 0; i < 3; i++)     // of two places
        {
            using HttpResponseMessage refused = await AskFrom("cross-site");
            JsonNode error = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["error"]!;
            Assert.Equal((HttpStatusCode.Forbidden, "cross-site", "permission_error"), (refused.StatusCode, (string)error["code"]!, (string)error["type"]!));
        }
        using HttpResponseMessage own = await AskFrom("same-origin"), typed = await AskFrom("none");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (own.StatusCode, typed.StatusCode));
    }

    [Theory]
    [InlineData("v1/completions")]
    [InlineData("v1/chat/completions")]
    [InlineData("trace")]
    public async Task What_another_site_can_post_without_asking_is_refused(string route)
    {
        foreach (string type in (string[])["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
        {
            using HttpContent body = new StringContent(Body(1, 1));
            body.Headers.ContentType = new(type);
            using HttpResponseMessage refused = await _client.PostAsync(route, body);
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, refused.StatusCode);
        }
        using HttpRequestMessage asks = new(HttpMethod.Options, route);
        asks.Headers.Add("Origin", "https://elsewhere.example");
        asks.Headers.Add("Access-Control-Request-Method", "POST");
        using HttpResponseMessage told = await _client.SendAsync(asks);
        Assert.False(told.IsSuccessStatusCode || told.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("?model=grain-7m", 404, "model_not_found", "model")]
    [InlineData("?models=a", 400, "parameter-unknown", "models")]
    [InlineData("?model=grain-1m&model=grain-1m", 400, "parameter-twice", "model")]
    public async Task What_cannot_be_watched_is_refused(string query, int status, string code, string param)
    {
        using HttpResponseMessage response = await _client.GetAsync($"activity{query}");
        JsonNode error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;

        Assert.Equal((status, code, param), ((int)response.StatusCode, (string)error["code"]!, (string)error["param"]!));
    }

    [Fact]
    public async Task A_drain_does_not_wait_for_who_watches_and_tells_it()
    {
        using WatchedActivity activity = await WatchedActivity.BeginAsync(_client);
        Task<int> drain = _server.DrainAsync(TimeSpan.FromHours(1));

        Assert.False(await activity.ReadAsync());
        Assert.Equal("stopping", activity.Error);
        Assert.Equal(0, await drain);
    }

    [Fact]
    public async Task It_ends_when_the_time_of_a_request_is_over()
    {
        await using SandglassServer server = await StartAsync(new ServerLimits { RequestTime = TimeSpan.FromMilliseconds(100) });
        using HttpClient client = new() { BaseAddress = new Uri(server.Address) };
        using WatchedActivity activity = await WatchedActivity.BeginAsync(client);

        Assert.False(await activity.ReadAsync());
        Assert.Null(activity.Error);
    }

    [Fact]
    public void Steps_that_were_not_waited_for_are_counted()
    {
        ActivitySnapshot snapshot = new();
        snapshot.Add(Step(5, new BatchPlace(1, "", PlacePhase.Reading, 64, 0, 70, 0, 64, 2, false)));
        Assert.Equal(0, snapshot.Lost);     // what was before it began is not its
        snapshot.Clear();
        snapshot.Add(Step(9, new BatchPlace(1, "", PlacePhase.Writing, 1, 1, 70, 2, 71, 3, false)));
        snapshot.Add(Step(10, new BatchPlace(1, "", PlacePhase.Writing, 1, 1, 70, 3, 72, 3, true)));
        snapshot.Add(Step(11, new BatchPlace(2, "", PlacePhase.Reading, 4, 1, 4, 1, 4, 1, false)));

        Assert.Equal(3, snapshot.Lost);
        Assert.Equal([1, 1, 4], snapshot.Rows);
        Assert.Equal([(2, PlacePhase.Writing, 1, 1)], snapshot.Places[0].Runs);
        Assert.Equal([(2, null, 0, 0), (1, PlacePhase.Reading, 4, 1)], snapshot.Places[1].Runs);
        Assert.Equal((true, false), (snapshot.Places[0].IsGone(3), snapshot.Places[1].IsGone(3)));
    }

    [Fact]
    public void The_recorded_one_is_after_the_contract()
    {
        string file = Path.Combine(Checkout.Folder, "contract", "activities", "readers.json");
        WatchedActivity.Require(JsonElement.Parse(File.ReadAllText(file)));
    }

    private static BatchStep Step(long number, BatchPlace place) => new()
    {
        Number = number,
        At = TimeSpan.FromSeconds(number),
        Time = TimeSpan.FromSeconds(1),
        Rows = place.Rows,
        Read = 0,
        Written = place.Wrote,
        WrittenInSecond = 1,
        ReadInSecond = 0,
        Places = [place],
        MoreRunning = 0,
        MoreWaiting = 0,
        Pages = 9,
        HeldPages = 1,
        KeptPages = 0,
    };

    private static string Body(int seed, int tokens) => $$"""{"prompt":"Once upon a time","max_tokens":{{tokens}},"ignore_eos":true,"seed":{{seed}}}""";

    private async Task<HttpResponseMessage> AskFrom(string site)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "activity") { Headers = { { "Sec-Fetch-Site", site } } };
        return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task AskAs(HttpClient client, string key)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, Completions) { Content = new StringContent(Body(1, 5), null, "application/json") };
        request.Headers.Add("api-key", key);
        using HttpResponseMessage response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static IEnumerable<(int Steps, string Phase, int Rows, int Wrote)> Runs(JsonObject place) =>
        place["runs"]!.AsArray().Select(run => ((int)run![0]!, (string)run[1]!, (int)run[2]!, (int)run[3]!));

    private static string Hash(string key) => Convert.ToHexString(ApiKey.HashOf(System.Text.Encoding.UTF8.GetBytes(key)));

    private static async Task Until(Func<bool> isSo)
    {
        for (int i = 0; i < 1000 && !isSo(); i++) await Task.Delay(10);
        Assert.True(isSo());
    }

    private Task<SandglassServer> StartAsync(ServerLimits limits, string? keys = null) => SandglassServer.StartAsync(
        new ServerOptions { Models = [_model], Address = "http://127.0.0.1:0", Limits = limits, KeyFile = keys });
}
