using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sandglass.ServeBench.Load;

namespace Sandglass.ServeBench.Client;

/// <summary>A server's API as one who measures it needs it. One handler holds all connections, which are kept between requests.</summary>
internal sealed class ApiClient : IDisposable
{
    private const int LongestError = 300, Attempts = 3;

    private readonly HttpClient _http;

    public ApiClient(Uri address, string? key)
    {
        SocketsHttpHandler handler = new()
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            MaxConnectionsPerServer = int.MaxValue,
        };
        _http = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        if (key is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>The first model that the server names.</summary>
    /// <exception cref="InvalidOperationException">It names none.</exception>
    public async Task<string> ModelAsync(CancellationToken cancellation)
    {
        try
        {
            using JsonDocument list = JsonDocument.Parse(await _http.GetByteArrayAsync("v1/models", cancellation));
            return list.RootElement.GetProperty("data")[0].GetProperty("id").GetString()!;
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or KeyNotFoundException or IndexOutOfRangeException)
        {
            throw new InvalidOperationException($"{_http.BaseAddress}v1/models names no model: {failure.Message}");
        }
    }

    public async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync("health", cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Sends a request and reads its answer to the end. Never throws for what the server does: it is in the outcome.</summary>
    /// <param name="since">The run's beginning, in ticks of <see cref="Stopwatch"/>.</param>
    public async Task<Outcome> AskAsync(string path, byte[] body, long since, CancellationToken cancellation)
    {
        long sent = Stopwatch.GetTimestamp();
        Outcome outcome = new() { Sent = Seconds(since, sent) };
        try
        {
            using HttpResponseMessage answer = await SendAsync(path, body, cancellation);
            outcome.Status = (int)answer.StatusCode;
            outcome.HasRetryAfter = answer.Headers.RetryAfter is not null;
            if (answer.IsSuccessStatusCode) await ReadAsync(await answer.Content.ReadAsStreamAsync(cancellation), sent, outcome, cancellation);
            else outcome.Error = $"{outcome.Status} {Brief(await answer.Content.ReadAsByteArrayAsync(cancellation))}";
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            outcome.Error = (failure.InnerException ?? failure).Message;
        }
        catch (OperationCanceledException)
        {
            outcome.Error = "no end in time";
        }
        return outcome;
    }

    /// <summary>A server may close a connection that it kept (llama-server does so after some streams, without saying it would).
    /// Where nothing came of an answer the request is sent again, and its time goes on.</summary>
    private async Task<HttpResponseMessage> SendAsync(string path, byte[] body, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            ByteArrayContent content = new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = content };
            try
            {
                return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            }
            catch (HttpRequestException failure) when (attempt < Attempts && failure.HttpRequestError == HttpRequestError.ResponseEnded)
            {
            }
        }
    }

    private static async Task ReadAsync(Stream stream, long sent, Outcome outcome, CancellationToken cancellation)
    {
        EventLines lines = new();
        bool isWhole = false;
        while (await stream.ReadAsync(lines.Free(), cancellation) is > 0 and int count)
        {
            double now = Seconds(sent, Stopwatch.GetTimestamp());
            lines.Received(count);
            while (lines.TryNext(out ReadOnlySpan<byte> json))
            {
                if (json.SequenceEqual("[DONE]"u8)) isWhole = true;
                else Take(json, now, outcome);
            }
        }
        if (outcome.Error is null && outcome.Ended == 0) outcome.Error = "an answer without a choice";
        if (outcome.Error is null && !isWhole) outcome.Error = "an answer cut off before [DONE]";
        if (outcome.Chunks == 0) outcome.FirstText = outcome.Ended;         // the model had nothing to say
        if (outcome.OutputTokens == 0) outcome.OutputTokens = outcome.Chunks;
    }

    private static void Take(ReadOnlySpan<byte> json, double now, Outcome outcome)
    {
        if (EventText.HasChoice(json))
        {
            bool hasText = EventText.HasText(json);
            if (outcome.Chunks > 0) outcome.Gaps.Add(now - outcome.Ended);
            else if (hasText) outcome.FirstText = now;
            outcome.Ended = now;
            if (hasText) outcome.Chunks++;
        }
        else if (EventText.HasError(json))
        {
            outcome.Error = $"in the stream: {Brief(json)}";
        }
        if (EventText.HasUsage(json)) Count(json, outcome);
    }

    private static void Count(ReadOnlySpan<byte> json, Outcome outcome)
    {
        Utf8JsonReader reader = new(json);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        JsonElement usage = document.RootElement.GetProperty("usage");
        outcome.OutputTokens = Number(usage, "completion_tokens");
        outcome.PromptTokens = Number(usage, "prompt_tokens");
        if (usage.TryGetProperty("prompt_tokens_details", out JsonElement details)
            && details.ValueKind == JsonValueKind.Object) outcome.CachedTokens = Number(details, "cached_tokens");
    }

    private static int Number(JsonElement parent, string name) => parent.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : 0;

    private static string Brief(ReadOnlySpan<byte> answer) => Encoding.UTF8.GetString(answer[..Math.Min(answer.Length, LongestError)]).ReplaceLineEndings(" ");

    private static double Seconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalSeconds;

    public void Dispose() => _http.Dispose();
}
