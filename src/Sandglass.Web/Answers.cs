using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Sandglass.Web;

/// <summary>What goes out: one JSON object a message, with a <c>type</c>.</summary>
internal static class Answers
{
    private static readonly ArrayBufferWriter<byte> Buffer = new(1 << 12);
    private static readonly Utf8JsonWriter Json = new(Buffer);

    /// <summary>An object with a type and members.</summary>
    public static string Of(string type, Action<Utf8JsonWriter> members)
    {
        Buffer.ResetWrittenCount();
        Json.Reset();
        Json.WriteStartObject();
        Json.WriteString("type", type);
        members(Json);
        Json.WriteEndObject();
        Json.Flush();
        return Encoding.UTF8.GetString(Buffer.WrittenSpan);
    }

    /// <summary>A failure, in the shape of the API's errors.</summary>
    public static string OfFailure(Exception failure) => Of("error", json =>
    {
        json.WriteStartObject("error");
        json.WriteString("message", failure.Message);
        json.WriteString("type", failure is OptionException or TraceBodyException ? "invalid_request_error" : "server_error");
        json.WriteNull("param");
        json.WriteString("code", failure is SandglassException known ? known.Code : "internal-error");
        json.WriteEndObject();
    });
}
