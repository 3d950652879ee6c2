using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Sandglass.Tests;

namespace Sandglass.Server.Tests;

/// <summary>A client of <c>GET /activity</c>, which reads event by event.</summary>
internal sealed class WatchedActivity : IDisposable
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(File.ReadAllText(Path.Combine(Checkout.Folder, "contract", "activity.schema.json")));

    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private WatchedActivity(HttpResponseMessage response, StreamReader lines) => (_response, _lines) = (response, lines);

    /// <summary>The first event's data.</summary>
    public JsonObject Start { get; private set; } = null!;

    /// <summary>The data of all later ones so far.</summary>
    public List<JsonObject> Snapshots { get; } = [];

    /// <summary>The code that it ended with; null for none.</summary>
    public string? Error { get; private set; }

    /// <summary>Begins, and reads the first event.</summary>
    public static async Task<WatchedActivity> BeginAsync(HttpClient client, string query = "?model=grain-1m", string? key = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, $"activity{query}");
        if (key is not null) request.Headers.Add("api-key", key);
        HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        WatchedActivity activity = new(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
        activity.Start = (await activity.NextAsync("start"))!;
        return activity;
    }

    /// <summary>Reads until all of some texts have ended, and another condition holds.</summary>
    public async Task ReadUntilAsync(Func<bool> isEnough)
    {
        for (int i = 0; !isEnough(); i++)
        {
            Assert.True(i < 2000, "what is waited for is never told");
            if (!await ReadAsync()) Assert.Fail("the stream ended");
        }
    }

    /// <summary>Reads one event; false for the last one.</summary>
    public async Task<bool> ReadAsync()
    {
        if (await NextAsync("steps") is not JsonObject snapshot) return false;
        Snapshots.Add(snapshot);
        return true;
    }

    /// <summary>All that was told of a text.</summary>
    public IEnumerable<JsonObject> Of(long text) =>
        Snapshots.SelectMany(one => one["places"]!.AsArray()).Select(place => place!.AsObject()).Where(place => (long)place["text"]! == text);

    /// <summary>The numbers of all texts that have ended.</summary>
    public long[] Ended => [.. Snapshots.SelectMany(one => one["places"]!.AsArray())
        .Where(place => (string)place!["phase"]! == "over").Select(place => (long)place!["text"]!)];

    /// <summary>Its parts together are as the contract has them.</summary>
    public JsonObject RequireContract()
    {
        JsonObject whole = (JsonObject)Start.DeepClone();
        whole["snapshots"] = new JsonArray([.. Snapshots.Select(one => one.DeepClone())]);
        Require(JsonElement.Parse(whole.ToJsonString()));
        return whole;
    }

    /// <summary>Fails where it is not as the contract has it.</summary>
    public static void Require(JsonElement activity)
    {
        EvaluationResults found = Schema.Evaluate(activity, new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(found.IsValid, string.Join('\n', (found.Details ?? []).Where(one => one.Errors is not null)
            .SelectMany(one => one.Errors!.Select(error => $"{one.InstanceLocation} {error.Value} ({one.EvaluationPath})")).Take(20)));
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }

    private async Task<JsonObject?> NextAsync(string name)
    {
        string? line;
        while ((line = await _lines.ReadLineAsync()) is not null && (line.Length == 0 || line.StartsWith(':'))) { }
        if (line is null or "data: [DONE]") return null;
        string data = (await _lines.ReadLineAsync())!["data: ".Length..];
        if (line == "event: error")
        {
            Error = (string)JsonNode.Parse(data)!["error"]!["code"]!;
            return null;
        }
        Assert.Equal($"event: {name}", line);
        return (JsonObject)JsonNode.Parse(data)!;
    }
}
