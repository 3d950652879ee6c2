using System.Net;
using System.Net.Sockets;

namespace Sandglass.Cli.Tests;

/// <summary>A collector on this machine receives what the server sends by OpenTelemetry's protocol.</summary>
public sealed class OpenTelemetryTests : IDisposable
{
    private readonly HttpListener _collector = new();
    private readonly List<(string Path, byte[] Body)> _received = [];
    private readonly string _address = $"http://127.0.0.1:{FreePort()}/";

    [Fact]
    public async Task Spans_and_metrics_arrive_under_the_names_of_the_conventions()
    {
        if (OperatingSystem.IsWindows()) return;
        _collector.Prefixes.Add(_address);
        _collector.Start();
        Task collecting = CollectAsync();
        using RunningServer server = RunningServer.Start(
            [("OTEL_EXPORTER_OTLP_ENDPOINT", _address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_SERVICE_NAME", "under-test")]);
        using HttpResponseMessage answer = await server.Client.PostAsync(
            "v1/completions", new StringContent("""{"prompt":"Once upon a time","max_tokens":5,"ignore_eos":true}""", null, "application/json"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        server.Signal("TERM");      // what was not sent yet is sent at the end
        Assert.Equal(0, server.End().Code);
        _collector.Stop();
        await collecting;

        // ExportTraceServiceRequest: resource_spans 1, scope_spans 2, spans 2; of a span: name 5, attributes 9, events 11
        ProtobufMessage[] spans = [.. Messages("/v1/traces").SelectMany(message => message.At(1, 2, 2))];
        ProtobufMessage span = Assert.Single(spans, span => span.Texts(5).Contains("text_completion grain-1m"));
        ProtobufMessage http = Assert.Single(spans, span => span.Texts(5).Contains("POST /v1/completions"));
        Assert.Equal(http.Texts(2), span.Texts(4));       // its parent
        Assert.Superset(
            ((string[])["gen_ai.request.model", "gen_ai.usage.output_tokens", "gen_ai.response.finish_reasons"]).ToHashSet(),
            span.At(9).SelectMany(tag => tag.Texts(1)).ToHashSet());
        Assert.Equal(["prefill", "decode", "last token"], span.At(11).SelectMany(one => one.Texts(2)));
        Assert.True(span.Fixed(7) <= span.Fixed(8));

        // ExportMetricsServiceRequest: resource_metrics 1, scope_metrics 2, metrics 2; of a metric: name 1
        string[] metrics = [.. Messages("/v1/metrics").SelectMany(message => message.At(1, 2, 2)).SelectMany(metric => metric.Texts(1))];
        Assert.Superset(
            ((string[])["gen_ai.server.request.duration", "gen_ai.server.time_to_first_token", "gen_ai.server.time_per_output_token",
                "gen_ai.client.token.usage", "http.server.request.duration", "dotnet.gc.collections"]).ToHashSet(), metrics.ToHashSet());
        Assert.Contains("under-test", Messages("/v1/metrics").SelectMany(message => message.At(1, 1, 1, 2)).SelectMany(value => value.Texts(1)));
    }

    private IEnumerable<ProtobufMessage> Messages(string path)
    {
        lock (_received) return [.. _received.Where(one => one.Path == path).Select(one => new ProtobufMessage(one.Body))];
    }

    private async Task CollectAsync()
    {
        while (true)
        {
            try
            {
                HttpListenerContext context = await _collector.GetContextAsync();
                using MemoryStream body = new();
                await context.Request.InputStream.CopyToAsync(body);
                lock (_received) _received.Add((context.Request.Url!.AbsolutePath, body.ToArray()));
                Assert.Equal("application/x-protobuf", context.Request.ContentType);
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
            catch (Exception failure) when (failure is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose() => _collector.Close();
}
