using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;

namespace Sandglass.Server.Tests;

/// <summary>What Prometheus and OpenTelemetry are told, read as they read it.</summary>
[Collection(ServerCollection.Name)]
public sealed class MetricsTests(ServerFixture fixture) : IAsyncLifetime
{
    private const string Model = "grain-1m";

    private static readonly (string, string) OfModel = ("model_name", Model);

    private SandglassServer _server = null!;        // of its own, so that nobody else is counted
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _server = await SandglassServer.StartAsync(new ServerOptions { Models = [fixture.Small], Address = "http://127.0.0.1:0" });
        _client = new HttpClient { BaseAddress = new Uri(_server.Address) };
    }

    [Fact]
    public async Task The_page_is_strict_and_counts_what_was_done()
    {
        PrometheusPage before = await PageAsync();
        await AskAsync("\"max_tokens\":12,\"ignore_eos\":true,\"seed\":1");
        await AskAsync("\"max_tokens\":12,\"ignore_eos\":true,\"seed\":1,\"n\":2");
        await _client.Stream("v1/completions", Api.Body(Model, "Once upon a time", "\"max_tokens\":12,\"ignore_eos\":true,\"seed\":1,\"stream\":true"));
        await _client.Ask("v1/embeddings", $$"""{"model":"{{Model}}","input":["a","b"]}""");        // has no n
        PrometheusPage now = await PageAsync(texts: 4);

        double Added(string name, params (string, string)[] labels) => now.Value(name, [OfModel, .. labels]) - before.Value(name, [OfModel, .. labels]);
        Assert.Equal(4, Added("vllm:request_success_total", ("finished_reason", "length")));
        Assert.Equal(4, Added("vllm:e2e_request_latency_seconds_count"));
        Assert.Equal(4, Added("vllm:time_to_first_token_seconds_count"));
        Assert.Equal(44, Added("vllm:inter_token_latency_seconds_count"));      // eleven gaps of each text, streamed or not
        Assert.Equal(4, Added("vllm:request_generation_tokens_bucket", ("le", "20.0")));
        Assert.Equal(0, Added("vllm:request_generation_tokens_bucket", ("le", "10.0")));
        Assert.Equal(3, Added("vllm:request_params_n_count"));
        Assert.Equal(2, Added("vllm:request_params_n_bucket", ("le", "1.0")));
        Assert.Equal(36, Added("vllm:request_params_max_tokens_sum"));
        Assert.True(Added("vllm:generation_tokens_total") >= 48);               // other tests may write at the same time
        Assert.True(Added("vllm:prompt_tokens_total") >= 3);
        Assert.True(Added("vllm:iteration_tokens_total_sum") >= 48);
        Assert.InRange(Added("vllm:iteration_tokens_total_count"), 24, Added("vllm:iteration_tokens_total_sum"));     // two texts of a request step together
        Assert.True(now.Value("http_requests_total", ("handler", "/v1/completions"), ("status", "2xx")) >= 3);
        Assert.Equal(1, now.Value("vllm:cache_config_info", OfModel));
        Assert.InRange(now.Value("vllm:kv_cache_usage_perc", OfModel), 0, 1);
        Assert.True(now.Value("process_resident_memory_bytes") > 1e6);
    }

    public static TheoryData<string> Queries => [.. DashboardQueries.All];

    [Theory, MemberData(nameof(Queries))]
    public async Task The_queries_of_vllms_dashboards_give_values(string query)
    {
        PrometheusPage before = await PageAsync();
        await AskAsync("\"max_tokens\":3,\"ignore_eos\":true,\"seed\":1");
        PrometheusPage now = await PageAsync(texts: 1);

        IReadOnlyList<Sample> values = PromQuery.Run(query.Replace("$model_name", Model, StringComparison.Ordinal), before, now, seconds: 15);

        Assert.NotEmpty(values);
        bool mayBeNothing = query.Contains("spec_decode", StringComparison.Ordinal);       // nothing was guessed: 0 / 0
        Assert.All(values, value => Assert.True(value.Value >= 0 || (double.IsNaN(value.Value) && mayBeNothing), $"{value}"));
    }

    [Fact]
    public void A_query_for_what_is_not_there_fails()
    {
        PrometheusPage page = PrometheusPage.Parse("# HELP a_total It.\n# TYPE a_total counter\na_total{model_name=\"m\"} 4.0\n");

        Assert.Equal(8, PromQuery.Run("sum by(model_name) (a_total{model_name=\"m\"}) * 2", page, page, 1)[0].Value);
        Assert.ThrowsAny<Exception>(() => PromQuery.Run("rate(b_total{model_name=\"m\"}[5m])", page, page, 1));
        Assert.ThrowsAny<Exception>(() => PromQuery.Run("a_total{engine=\"m\"}", page, page, 1));
        Assert.ThrowsAny<Exception>(() => PromQuery.Run("sum by(engine) (a_total{model_name=\"m\"})", page, page, 1));
    }

    [Fact]
    public async Task Instruments_and_spans_have_the_names_of_the_conventions()
    {
        // listeners hear every server of the process, also those of other tests, and while this one looks
        ConcurrentQueue<(string Name, double Value, KeyValuePair<string, object?>[] Tags)> measured = [];
        ConcurrentQueue<Activity> spans = [];
        using MeterListener meters = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == GenAiInstruments.Name) listener.EnableMeasurementEvents(instrument);
            },
        };
        void Measured(string name, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => measured.Enqueue((name, value, tags.ToArray()));
        meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measured(instrument.Name, value, tags));
        meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measured(instrument.Name, value, tags));
        meters.Start();
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == GenAiInstruments.Name,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);

        JsonObject answer = await AskAsync("\"max_tokens\":7,\"ignore_eos\":true,\"seed\":12,\"temperature\":0.5");

        await PageAsync(texts: 1);
        string id = (string)answer["id"]!;
        Activity span = Assert.Single(spans, span => (string?)span.GetTagItem("gen_ai.response.id") == id);
        Assert.Equal("text_completion grain-1m", span.DisplayName);
        Assert.Equal(7, span.GetTagItem("gen_ai.usage.output_tokens"));
        Assert.Equal(12L, span.GetTagItem("gen_ai.request.seed"));
        Assert.Equal(0.5, span.GetTagItem("gen_ai.request.temperature"));
        Assert.Equal(["length"], Assert.IsType<string[]>(span.GetTagItem("gen_ai.response.finish_reasons")));
        Assert.Equal(["prefill", "decode", "last token"], span.Events.Select(one => one.Name));
        Assert.True(span.StartTimeUtc <= span.Events.First().Timestamp && span.Events.Last().Timestamp <= span.StartTimeUtc + span.Duration);
        foreach (string name in (string[])["gen_ai.server.request.duration", "gen_ai.server.time_to_first_token", "gen_ai.server.time_per_output_token"])
            Assert.Contains(measured, one => one.Name == name && one.Tags.Contains(new("gen_ai.request.model", Model)));
        Assert.Contains(measured, one => one is { Name: "gen_ai.client.token.usage", Value: 7 } && one.Tags.Contains(new("gen_ai.token.type", "output")));
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    /// <summary>The page once so many texts are counted: a client has its answer a moment before.</summary>
    private async Task<PrometheusPage> PageAsync(int texts = 0)
    {
        for (int i = 0; ; i++)
        {
            PrometheusPage page = PrometheusPage.Parse(await _client.GetStringAsync("metrics"));
            bool isCounted = page.Value("vllm:e2e_request_latency_seconds_count", OfModel) >= texts;
            if (isCounted && page.Samples.Any(sample => sample.Name == "http_requests_total")) return page;
            Assert.True(i < 500, "the texts are not counted");
            await Task.Delay(10);
        }
    }

    private Task<JsonObject> AskAsync(string fields) => _client.Ask("v1/completions", Api.Body(Model, "Once upon a time", fields));
}
