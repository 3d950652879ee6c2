using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass.Server;

/// <summary><c>logprobs</c> of a chat's choice.</summary>
internal static class ChatLogprobs
{
    public static void Write(Utf8JsonWriter json, Tokenizer tokenizer, IEnumerable<GeneratedToken> tokens)
    {
        json.WriteStartObject("logprobs");
        json.WriteStartArray("content");
        foreach (GeneratedToken token in tokens)
        {
            json.WriteStartObject();
            WriteToken(json, tokenizer, token.Id, token.Logprob);
            json.WriteStartArray("top_logprobs");
            foreach (TokenLogprob top in token.Top)
            {
                json.WriteStartObject();
                WriteToken(json, tokenizer, top.Id, top.Logprob);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNull("refusal");
        json.WriteEndObject();
    }

    private static void WriteToken(Utf8JsonWriter json, Tokenizer tokenizer, int id, float logprob)
    {
        json.WriteString("token", TokenText.Of(tokenizer, id));
        json.WriteNumber("logprob", TokenDetails.Finite(logprob));
        ReadOnlySpan<byte> bytes = tokenizer.Bytes(id).Span;
        if (bytes.IsEmpty)
        {
            json.WriteNull("bytes");
            return;
        }
        json.WriteStartArray("bytes");
        foreach (byte value in bytes) json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
