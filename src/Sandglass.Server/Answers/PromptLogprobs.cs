using System.Globalization;
using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass.Server;

/// <summary><c>prompt_logprobs</c>, in vLLM's form: null for the first token, then an object of the token and the likeliest, by their ids.</summary>
internal static class PromptLogprobs
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<TokenScore> scores, Tokenizer tokenizer)
    {
        json.WriteStartArray("prompt_logprobs");
        json.WriteNullValue();
        foreach (TokenScore score in scores)
        {
            json.WriteStartObject();
            WriteToken(json, tokenizer, score.Next, score.Logprob, score.Rank);
            for (int i = 0; i < score.Top.Count; i++)
            {
                TokenLogprob top = score.Top[i];
                if (top.Id != score.Next) WriteToken(json, tokenizer, top.Id, top.Logprob, i + 1);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteToken(Utf8JsonWriter json, Tokenizer tokenizer, int id, float logprob, int rank)
    {
        json.WriteStartObject(id.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("logprob", TokenDetails.Finite(logprob));
        json.WriteNumber("rank", rank);
        json.WriteString("decoded_token", TokenText.Of(tokenizer, id));
        json.WriteEndObject();
    }
}
