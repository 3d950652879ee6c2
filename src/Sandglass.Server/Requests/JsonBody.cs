using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Sandglass.Server;

/// <summary>The body of a request, as JSON: bounded, whole, in UTF-8, an object, each name once.</summary>
internal static class JsonBody
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads it, and makes of it what it is for: all that takes memory or time by its length is done here, in its turn where it is long.</summary>
    /// <param name="context">The request, whose time begins here.</param>
    /// <param name="state">The server.</param>
    /// <param name="read">Makes something of the object, which is gone afterwards. The token ends long work.</param>
    /// <exception cref="RequestException">It is something else.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, ServerState state, Func<JsonElement, CancellationToken, T> read)
    {
        RequireJson(context.Request);
        ServerLimits limits = state.Options.Limits;
        Deadline deadline = Deadline.Begin(context, limits.RequestTime, state.Options.Time);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, state.Drain.Ending, deadline.Over);
        ReadOnlyMemory<byte> bytes = await BodyBytes.ReadAsync(context, state, ended.Token).ConfigureAwait(false);
        if (RequestFacts.Of(context) is RequestFacts facts) facts.BodyIsRead = true;
        state.Leaving.Add(context);
        return await state.Turns.ReadAsync(
            bytes.Length,
            () =>
            {
                using JsonDocument document = Parse(bytes, limits.JsonDepth);
                return read(document.RootElement, ended.Token);
            },
            ended.Token).ConfigureAwait(false);
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body, int depth)
    {
        if (body.Span.StartsWith(ByteOrderMark)) body = body[ByteOrderMark.Length..];
        if (body.IsEmpty) throw new RequestException("json-invalid", "The body is empty; expected a JSON object.");
        if (!Utf8.IsValid(body.Span)) throw new RequestException("json-invalid", "The body is not UTF-8; JSON is.");

        JsonDocument document = ParseText(body, depth);
        if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
        using (document)
            throw new RequestException("json-invalid", $"The body: expected an object, found {Found.Of(document.RootElement)}.");
    }

    private static JsonDocument ParseText(ReadOnlyMemory<byte> body, int depth)
    {
        try
        {
            JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = depth, AllowDuplicateProperties = false });
            if (body.Span.IndexOf("\\ud"u8) >= 0 || body.Span.IndexOf("\\uD"u8) >= 0) RequireText(document.RootElement);
            return document;
        }
        catch (JsonException wrong)
        {
            string at = wrong.LineNumber is long line ? $" (line {line + 1}, byte {wrong.BytePositionInLine + 1})" : "";
            throw new RequestException("json-invalid",
                $"The body is no JSON that can be read: {Reason(wrong.Message)}{at}. Expected one object, at most {depth} deep.");
        }
        catch (InvalidOperationException)
        {
            throw new RequestException("json-invalid", "The body has half of a surrogate pair (\\ud800 to \\udfff) in a text; expected whole characters.");
        }
    }

    /// <summary>Fails where a text or a name cannot be read.</summary>
    private static void RequireText(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                _ = value.GetString();
                break;
            case JsonValueKind.Array:
                foreach (JsonElement one in value.EnumerateArray()) RequireText(one);
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty one in value.EnumerateObject())
                {
                    _ = one.Name;
                    RequireText(one.Value);
                }
                break;
        }
    }

    // without the place, which is said in our words
    private static string Reason(string message)
    {
        int place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return Words.Short((place < 0 ? message : message[..place]).TrimEnd('.', ' ', '|'));
    }

    private static void RequireJson(HttpRequest request)
    {
        bool isJson = MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            && (type.Charset.Length == 0 || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!isJson)
            throw new RequestException(
                "content-type", $"Expected the header Content-Type: application/json, found {Words.Short(request.ContentType ?? "none")}.");
        string encoding = request.Headers.ContentEncoding.ToString();
        if (encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            throw new RequestException("content-type", $"Expected a body as it is, found Content-Encoding: {Words.Short(encoding)}.");
    }
}
