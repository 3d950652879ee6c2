using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sandglass.ServeBench.Client;

/// <summary>How tokens are chosen.</summary>
internal enum Choosing
{
    /// <summary>OpenAI's defaults, said aloud: temperature 1 over the whole vocabulary.</summary>
    OpenAI,

    /// <summary>The likeliest token.</summary>
    Greedy,

    /// <summary>Whatever the server does when not told.</summary>
    Server,
}

/// <summary>The way in which requests are made.</summary>
/// <param name="Chat">Chat completions, else completions.</param>
/// <param name="IgnoreEnd">Answers go on to their full length, so that all servers write the same number of tokens.</param>
/// <param name="Members">Further members of the body.</param>
internal sealed record Asking(bool Chat, Choosing Choosing, bool IgnoreEnd, JsonObject? Members = null)
{
    public string Path => Chat ? "v1/chat/completions" : "v1/completions";

    public byte[] Body(string model, string prompt, int output)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            if (Chat)
            {
                json.WriteStartArray("messages");
                json.WriteStartObject();
                json.WriteString("role", "user");
                json.WriteString("content", prompt);
                json.WriteEndObject();
                json.WriteEndArray();
            }
            else
            {
                json.WriteString("prompt", prompt);
            }
            json.WriteNumber(Chat ? "max_completion_tokens" : "max_tokens", output);
            if (Choosing != Choosing.Server) json.WriteNumber("temperature", Choosing == Choosing.Greedy ? 0 : 1);
            if (Choosing == Choosing.OpenAI) json.WriteNumber("top_p", 1);
            if (IgnoreEnd) json.WriteBoolean("ignore_eos", true);
            foreach ((string name, JsonNode? value) in Members ?? [])
            {
                json.WritePropertyName(name);
                if (value is null) json.WriteNullValue();
                else value.WriteTo(json);
            }
            json.WriteBoolean("stream", true);
            json.WriteStartObject("stream_options");
            json.WriteBoolean("include_usage", true);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The same with members that only this server knows.</summary>
    public Asking With(JsonObject own)
    {
        JsonObject all = [.. own.Select(Copy), .. (Members ?? []).Where(member => !own.ContainsKey(member.Key)).Select(Copy)];
        return this with { Members = all };
    }

    private static KeyValuePair<string, JsonNode?> Copy(KeyValuePair<string, JsonNode?> member) => new(member.Key, member.Value?.DeepClone());
}
