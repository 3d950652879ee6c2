using System.Net;
using System.Text;
using Sandglass.Generation;

namespace Sandglass.Server.Tests;

/// <summary>A key pays once for what was computed for it: not for a prompt that nobody read, and for all that was written where the end came early.</summary>
/// <remarks>One request runs at a time and one waits; the clock of the keys stands still, so nothing fills up again.</remarks>
public sealed class ChargeTests : IAsyncLifetime
{
    private const int Limit = 1_000_000;

    private const string Endless = """{"prompt":"Once upon a time","max_tokens":1000000,"ignore_eos":true,"stream":STREAM}""";

    private readonly string _file = Path.GetTempFileName();
    private readonly HandClock _clock = new();
    private ServedModel _model = null!;
    private SandglassServer _server = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        IEnumerable<string> entries = ((string[])["alice", "bob", "carol"]).Select(name =>
            $"{{\"name\":\"{name}\",\"sha256\":\"{Convert.ToHexString(ApiKey.HashOf(Encoding.UTF8.GetBytes(Key(name))))}\",\"tokens_per_minute\":{Limit}}}");
        File.WriteAllText(_file, $"{{\"keys\":[{string.Join(',', entries)}]}}");
        _model = await ServedModel.LoadAsync("embedded:grain-1m", options: new ModelOptions { MaxBatch = 1, MaxQueue = 1, Window = 64, Threads = 1 });
        _server = await SandglassServer.StartAsync(
            new ServerOptions { Models = [_model], Address = "http://127.0.0.1:0", KeyFile = _file, Time = _clock });
        _client = new HttpClient { BaseAddress = new Uri(_server.Address) };
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task A_text_that_a_drain_ends_pays_for_all_that_was_written(string stream)
    {
        Task<(HttpStatusCode Status, string Answer)> asked = AskAsync("alice", Endless.Replace("STREAM", stream));
        await Until(() => _model.Model.Activity.GeneratedTokens > 100);
        await _server.DrainAsync(TimeSpan.Zero);

        Assert.Contains("\"stopping\"", (await asked).Answer);
        Assert.Equal(_model.Model.Activity.PromptTokens + _model.Model.Activity.GeneratedTokens, Paid("alice"));
    }

    [Fact]
    public async Task A_trace_pays_as_the_text_does()
    {
        await AskAsync("alice", """{"prompt":"Once upon a time","max_tokens":9,"ignore_eos":true}""", "trace");
        Assert.Equal(_model.Model.Activity.PromptTokens + _model.Model.Activity.GeneratedTokens, Paid("alice"));

        Task<(HttpStatusCode Status, string Answer)> asked = AskAsync("alice", Endless.Replace(",\"stream\":STREAM", ""), "trace");
        await Until(() => _model.Model.Activity.GeneratedTokens > 100);
        await _server.DrainAsync(TimeSpan.Zero);
        Assert.Contains("\"stopping\"", (await asked).Answer);
        Assert.Equal(_model.Model.Activity.PromptTokens + _model.Model.Activity.GeneratedTokens, Paid("alice"));
    }

    [Fact]
    public async Task A_text_whose_time_is_over_pays_once()
    {
        await AskAsync("alice", """{"prompt":"Once upon a time","max_tokens":1000000,"ignore_eos":true,"time_limit":0.2,"stream":true}""");
        await Until(() => _model.Model.Activity.Running == 0);

        Assert.Equal(_model.Model.Activity.PromptTokens + _model.Model.Activity.GeneratedTokens, Paid("alice"));
    }

    [Theory]
    [InlineData("v1/completions", "{\"prompt\":\"The king\",\"priority\":5,\"stream\":true}", HttpStatusCode.OK)]
    [InlineData("v1/completions", "{\"prompt\":\"The king\",\"priority\":5}", HttpStatusCode.ServiceUnavailable)]
    [InlineData("v1/completions", "{\"prompt\":\"The king\",\"priority\":5,\"prompt_logprobs\":1}", HttpStatusCode.ServiceUnavailable)]
    public async Task Who_loses_its_place_in_a_full_room_pays_nothing(string path, string body, HttpStatusCode status)
    {
        HeldPlace runs = await HeldPlace.OfAsync(_model.Model);
        Task<(HttpStatusCode Status, string Answer)> displaced = AskAsync("bob", body, path);
        await Until(() => _model.Model.Activity.Waiting > 0);
        Task<(HttpStatusCode Status, string Answer)> urgent = AskAsync("carol", """{"prompt":"The queen","max_tokens":1}""");

        (HttpStatusCode heard, string answer) = await displaced;
        Assert.Equal(status, heard);
        Assert.Contains("\"queue-full\"", answer);
        Assert.Contains("--max-queue: expected at most 1 waiting requests", answer);
        await Until(() => Paid("bob") == 0);
        await runs.DisposeAsync();
        await urgent;
    }

    [Fact]
    public async Task Who_is_refused_or_leaves_while_it_waits_pays_nothing()
    {
        await using HeldPlace runs = await HeldPlace.OfAsync(_model.Model);
        using CancellationTokenSource leave = new();
        Task<(HttpStatusCode Status, string Answer)> waits = AskAsync("carol", """{"prompt":"The queen"}""", leave: leave.Token);
        await Until(() => _model.Model.Activity.Waiting > 0 && Paid("carol") > 0);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AskAsync("bob", """{"input":"The king"}""", "v1/embeddings")).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AskAsync("bob", """{"prompt":"The king"}""")).Status);
        Assert.Equal(0, Paid("bob"));
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        await Until(() => Paid("carol") == 0);

        Assert.Contains("\"deadline-", (await AskAsync("bob", """{"prompt":"The king","start_within":0.05}""")).Answer);
        Assert.Equal(0, Paid("bob"));
    }

    [Fact]
    public async Task Weights_of_keys_hold_as_soon_as_the_file_is_read_again()
    {
        Assert.Equal(1, _model.Model.TenantWeights["bob"]);
        string file = File.ReadAllText(_file);
        File.WriteAllText(_file, file.Replace("{\"name\":\"bob\"", "{\"weight\":2.5,\"name\":\"bob\"", StringComparison.Ordinal));
        _clock.Turn(TimeSpan.FromSeconds(3));

        Assert.Equal([1, 2.5], [_model.Model.TenantWeights["alice"], _model.Model.TenantWeights["bob"]]);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("bob", """{"prompt":"The king","max_tokens":1}""")).Status);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _model.Dispose();
        File.Delete(_file);
    }

    private long Paid(string name) => Limit - _server.Keys.Find(Key(name))!.Tokens!.Value.Remaining;

    private async Task<(HttpStatusCode Status, string Answer)> AskAsync(
        string name, string body, string path = "v1/completions", CancellationToken leave = default)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Authorization", $"Bearer {Key(name)}");
        using HttpResponseMessage response = await _client.SendAsync(request, leave);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(leave));
    }

    private static string Key(string name) => $"the-long-key-of-{name}";

    private static async Task Until(Func<bool> condition)
    {
        for (int i = 0; i < 3000 && !condition(); i++) await Task.Delay(10);
        Assert.True(condition());
    }
}
