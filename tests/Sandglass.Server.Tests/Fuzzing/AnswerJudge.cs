using System.Collections.Frozen;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sandglass.Tests;

namespace Sandglass.Server.Tests.Fuzzing;

/// <summary>Whether an answer is one that the documents promise.</summary>
/// <param name="document">The description of the API.</param>
internal sealed partial class AnswerJudge(JsonElement document)
{
    private const int LongestMessage = 1500, LongestParam = 200;

    // where no parameter is at fault: the body as a whole, the route, the method
    private static readonly string[] WithoutParam = ["json-invalid", "content-type", "route-unknown", "method-not-allowed", "body-too-large", "bad-request",
        "request-time"];

    // what is not said of a body whose values all are of their schemas; that they contradict each other, or the model, may be
    private static readonly string[] AgainstSchema = ["json-invalid", "parameter-unknown", "parameter-value", "parameter-unsupported"];

    // what can end a stream that has begun: time that was asked for
    private static readonly string[] InStream = ["request-time", "deadline-passed"];

    private static readonly FrozenSet<string> Documented =
        Line().Matches(File.ReadAllText(Path.Combine(Checkout.Folder, "docs", "errors.md"))).Select(line => line.Groups[1].Value).ToFrozenSet();

    private readonly AnswerSchema _schema = new(document);

    /// <summary>The code of a refusal; null for an answer.</summary>
    public string? Judge(FuzzRequest request, HttpResponseMessage response, byte[] body)
    {
        int status = (int)response.StatusCode;
        string type = response.Content.Headers.ContentType?.MediaType ?? "none";
        if (request.Path.Contains("%00", StringComparison.Ordinal))
        {
            Assert.Equal((400, 0), (status, body.Length));      // no HTTP: the web server itself ends it
            return "no-http";
        }
        bool isProbe = request.Path is "/health" or "/ready";
        if (!isProbe) Assert.StartsWith("req", response.Headers.GetValues("x-request-id").Single());
        if (request.Method == "HEAD")
        {
            Assert.Empty(body);
            return status < 400 ? null : "head";
        }
        if (status >= 400) return Refusal(request, response, body);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        JsonElement described = Described(request.Path).GetProperty(request.Method.ToLowerInvariant()).GetProperty("responses").GetProperty("200");
        JsonElement answers = described.GetProperty("content");
        Assert.True(answers.TryGetProperty(type, out JsonElement answer), $"{type} is not described");
        if (type == "text/event-stream" && request.Path.Contains("/trace", StringComparison.OrdinalIgnoreCase)) Trace(body);
        else if (type == "text/event-stream") Events(body, request.Path.Contains("/chat/", StringComparison.OrdinalIgnoreCase) ? "ChatEvent" : "CompletionEvent");
        else if (type == "application/json") Fits(body, answer.GetProperty("schema"));
        return null;
    }

    private string Refusal(FuzzRequest request, HttpResponseMessage response, byte[] body)
    {
        int status = (int)response.StatusCode;
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        JsonElement error = Fits(body, AnswerSchema.Follow(document, "#/components/schemas/Error")).GetProperty("error");
        string code = error.GetProperty("code").GetString()!, message = error.GetProperty("message").GetString()!;
        string? param = error.GetProperty("param").GetString();

        Assert.True(Documented.Contains(code), code);
        Assert.InRange(message.Length, 10, LongestMessage);
        Assert.InRange(param?.Length ?? 0, 0, LongestParam);
        Assert.Equal(param is null, WithoutParam.Contains(code));
        if (param is not null && code is not "model_not_found")
            Assert.True(ParameterTable.All.Any(row => row.Aliases.Prepend(row.Name).Contains(Root(param))) || code == "parameter-unknown", param);
        if (status == 503)
        {
            Assert.StartsWith("deadline-", code);       // they were asked for: start_within
            Assert.NotNull(response.Headers.RetryAfter);
            return code;
        }
        if (status == 504)
        {
            Assert.Equal("request-time", code);         // it was asked for: time_limit
            return code;
        }
        Assert.InRange(status, 400, 499);
        Assert.Equal(ErrorCodes.StatusOf(code), status);
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        bool isTemplates = code == "parameter-unsupported" && param!.StartsWith("messages[", StringComparison.Ordinal);     // what it reads no schema knows
        Assert.False(request.IsBySchema && AgainstSchema.Contains(code) && !isTemplates, $"the schema allows what is refused: {code} {message}");
        return code;
    }

    private JsonElement Fits(byte[] body, JsonElement schema)
    {
        JsonElement answer = JsonDocument.Parse(body).RootElement;
        Assert.Null(_schema.Wrong(answer, schema, "answer"));
        return answer;
    }

    private void Events(byte[] body, string schema)
    {
        string[] events = [.. Encoding.UTF8.GetString(body).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(one => !one.StartsWith(':'))];
        Assert.Equal("data: [DONE]", events[^1]);
        foreach (string one in events[..^1])
        {
            Assert.StartsWith("data: ", one);
            JsonElement data = JsonDocument.Parse(one["data: ".Length..]).RootElement;
            bool isLast = one == events[^2];
            if (!isLast || !data.TryGetProperty("error", out JsonElement error)) Assert.Null(_schema.Wrong(data, schema));
            else Assert.Contains(error.GetProperty("code").GetString(), InStream);
        }
    }

    private static void Trace(byte[] body)
    {
        if (TracedEvents.Of(Encoding.UTF8.GetString(body)).Error is JsonObject error) Assert.Contains((string)error["error"]!["code"]!, InStream);
    }

    private JsonElement Described(string path)
    {
        path = path.Split('?')[0].TrimEnd('/');
        JsonElement paths = document.GetProperty("paths");
        JsonProperty found = paths.EnumerateObject().FirstOrDefault(one => one.Name.Equals(path, StringComparison.OrdinalIgnoreCase));
        if (found.Value.ValueKind == JsonValueKind.Object) return found.Value;
        Assert.StartsWith("/v1/models/", path);
        return paths.GetProperty("/v1/models/{id}");
    }

    private static string Root(string param) => param.Split('.', '[')[0];

    [GeneratedRegex(@"^\| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Line();
}
