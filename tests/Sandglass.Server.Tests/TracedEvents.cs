using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sandglass.Tests.Generation;

namespace Sandglass.Server.Tests;

/// <summary>The events of <c>POST /trace</c>.</summary>
internal sealed record TracedEvents(JsonObject Start, IReadOnlyList<JsonObject> Steps, JsonObject? Result, JsonObject? Error)
{
    /// <summary>Steps in which a token was chosen.</summary>
    public IEnumerable<JsonObject> Tokens => Steps.Where(step => (string)step["kind"]! == "token");

    /// <summary>The text.</summary>
    public string Text => string.Concat(Tokens.Select(step => (string)step["text"]!));

    /// <summary>Of the logits of each token.</summary>
    public IEnumerable<string> Hashes => Tokens.Select(step => (string)step["logitsHash"]!);

    /// <summary>Asks, and requires that the answer is a trace that did not fail.</summary>
    public static async Task<TracedEvents> AskAsync(HttpClient client, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync("trace", content);
        string all = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, all);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        TracedEvents events = Of(all);
        Assert.True(events.Error is null, all);
        return events;
    }

    /// <summary>Reads them, and requires that their parts are a trace after the contract.</summary>
    public static TracedEvents Of(string answer)
    {
        Queue<string> events = new(answer.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(one => !one.StartsWith(':')));
        JsonObject start = Take(events, "start")!;
        List<JsonObject> steps = [];
        while (Take(events, "step") is JsonObject step) steps.Add(step);
        JsonObject? error = Take(events, "error"), result = error is null ? Take(events, "result") : null;
        Assert.True(error is not null || result is not null, answer);
        Assert.Equal(["data: [DONE]"], events);

        JsonObject whole = (JsonObject)start.DeepClone();
        whole["steps"] = new JsonArray([.. steps.Select(step => step.DeepClone())]);
        if (result is not null) whole["result"] = result.DeepClone();
        TraceSchema.Require(JsonElement.Parse(whole.ToJsonString()));
        return new TracedEvents(start, steps, result, error);
    }

    private static JsonObject? Take(Queue<string> events, string name)
    {
        string begins = $"event: {name}\ndata: ";
        return events.TryPeek(out string? next) && next.StartsWith(begins, StringComparison.Ordinal)
            ? (JsonObject)JsonNode.Parse(events.Dequeue()[begins.Length..])!
            : null;
    }
}
