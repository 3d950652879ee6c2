using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Sampling;
using Sandglass.Tokenization;

namespace Sandglass.Server;

/// <summary>A token in the <c>logprobs</c> of a completion's choice, which are four lists of equal length.</summary>
/// <param name="Id">The token.</param>
/// <param name="Logprob">Its log-probability; null for the first of a prompt.</param>
/// <param name="Top">The likeliest at its place; null for the first of a prompt.</param>
/// <param name="Offset">Where in the text it begins, in characters.</param>
internal readonly record struct CompletionLogprob(int Id, float? Logprob, IReadOnlyList<TokenLogprob>? Top, int Offset)
{
    /// <summary>Those of tokens that are written.</summary>
    /// <param name="tokens">With their text in one piece.</param>
    /// <param name="offset">Where it begins.</param>
    /// <param name="tokenizer">The model's.</param>
    public static IEnumerable<CompletionLogprob> Of(IEnumerable<GeneratedToken> tokens, int offset, Tokenizer tokenizer)
    {
        foreach (GeneratedToken token in tokens)
        {
            yield return new CompletionLogprob(token.Id, token.Logprob, token.Top, offset);
            offset += TokenText.Length(tokenizer.Bytes(token.Id).Span);
        }
    }

    /// <summary>Writes them.</summary>
    /// <param name="json">Into the object of a choice.</param>
    /// <param name="all">In the order of the text.</param>
    /// <param name="most">How many of the likeliest at each place.</param>
    /// <param name="tokenizer">The model's.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<CompletionLogprob> all, int most, Tokenizer tokenizer)
    {
        json.WriteStartObject("logprobs");
        json.WriteStartArray("tokens");
        foreach (CompletionLogprob one in all) json.WriteStringValue(TokenText.Of(tokenizer, one.Id));
        json.WriteEndArray();
        json.WriteStartArray("token_logprobs");
        foreach (CompletionLogprob one in all)
        {
            if (one.Logprob is float logprob) json.WriteNumberValue(TokenDetails.Finite(logprob));
            else json.WriteNullValue();
        }
        json.WriteEndArray();
        if (most == 0) json.WriteNull("top_logprobs");
        else WriteTop(json, all, tokenizer);
        json.WriteStartArray("text_offset");
        foreach (CompletionLogprob one in all) json.WriteNumberValue(one.Offset);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // the chosen token is among them, also where it is none of the likeliest, as OpenAI has it
    private static void WriteTop(Utf8JsonWriter json, IReadOnlyList<CompletionLogprob> all, Tokenizer tokenizer)
    {
        json.WriteStartArray("top_logprobs");
        HashSet<string> names = [];
        foreach (CompletionLogprob one in all)
        {
            if (one.Top is null)
            {
                json.WriteNullValue();
                continue;
            }
            names.Clear();
            json.WriteStartObject();
            foreach (TokenLogprob top in one.Top.Append(new TokenLogprob(one.Id, one.Logprob ?? 0)))
            {
                string name = TokenText.Of(tokenizer, top.Id);      // of two tokens with one text the likelier counts
                if (names.Add(name)) json.WriteNumber(name, TokenDetails.Finite(top.Logprob));
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
