using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Sandglass.Server;

/// <summary>An error, written.</summary>
internal static class ErrorAnswer
{
    /// <summary>As the whole answer.</summary>
    public static Task WriteAsync(HttpContext context, ApiError error)
    {
        if (error.RetryAfterSeconds is string seconds) context.Response.Headers.RetryAfter = seconds;
        // OpenAI's clients would have the same work done again
        if (error.Status == StatusCodes.Status504GatewayTimeout) context.Response.Headers["x-should-retry"] = "false";
        return JsonAnswer.WriteAsync(context, error.Status, json => Write(json, error));
    }

    /// <summary><c>{"error":{…}}</c>.</summary>
    public static void Write(Utf8JsonWriter json, ApiError error)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteString("type", error.Type);
        json.WriteString("param", error.Param);
        json.WriteString("code", error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
