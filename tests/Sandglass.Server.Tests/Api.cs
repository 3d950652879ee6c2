using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sandglass.Server.Tests;

/// <summary>Asks the server as a client would who knows nothing but HTTP.</summary>
internal static class Api
{
    /// <summary>The answer to a body, which must be good.</summary>
    public static async Task<JsonObject> Ask(this HttpClient client, string path, string body)
    {
        (HttpStatusCode status, JsonObject answer) = await client.Send(path, body);
        Assert.True(status == HttpStatusCode.OK, $"{body}\n{answer}");
        return answer;
    }

    /// <summary>The error that a body is refused with.</summary>
    public static async Task<JsonObject> Refused(this HttpClient client, string path, string body, HttpStatusCode expected = HttpStatusCode.BadRequest)
    {
        (HttpStatusCode status, JsonObject answer) = await client.Send(path, body);
        Assert.True(status == expected, $"{status} {body}\n{answer}");
        return (JsonObject)answer["error"]!;
    }

    /// <summary>The status and the answer.</summary>
    public static async Task<(HttpStatusCode Status, JsonObject Answer)> Send(this HttpClient client, string path, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync(path, content);
        return (response.StatusCode, (JsonObject)JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>The events of a stream, whose last one must say that it is over.</summary>
    public static async Task<List<JsonObject>> Stream(this HttpClient client, string path, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync(path, content);
        string all = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, all);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        string[] events = all.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        return [.. events[..^1].Where(one => !one.StartsWith(':')).Select(one => (JsonObject)JsonNode.Parse(one["data: ".Length..])!)];
    }

    /// <summary>A body of some fields over a beginning.</summary>
    public static string Body(string model, string prompt, string fields = "")
    {
        string more = fields.Length == 0 ? "" : $",{fields}";
        return $$"""{"model":{{JsonSerializer.Serialize(model)}},"prompt":{{JsonSerializer.Serialize(prompt)}}{{more}}}""";
    }

    /// <summary>The first choice.</summary>
    public static JsonObject Choice(this JsonObject answer, int index = 0) => (JsonObject)answer["choices"]![index]!;

    /// <summary>All of them.</summary>
    public static IEnumerable<JsonObject> Choices(this JsonObject answer) => answer["choices"]!.AsArray().Select(choice => (JsonObject)choice!);

    /// <summary>What a choice says.</summary>
    public static string Text(this JsonObject answer, int index = 0) => (string)answer.Choice(index)["text"]!;
}
