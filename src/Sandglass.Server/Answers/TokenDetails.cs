using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Server;

/// <summary>What a request may want to know of each token besides its text.</summary>
internal static class TokenDetails
{
    // OpenAI's for what JSON has no number for
    private const float Impossible = -9999;

    /// <summary>Ids, hashes and explanations of tokens, where they were asked for, into the object of a choice.</summary>
    public static void Write(Utf8JsonWriter json, RequestDraft draft, IReadOnlyList<GeneratedToken> tokens)
    {
        if (draft.ReturnTokenIds) WriteIds(json, "token_ids", tokens.Select(token => token.Id));
        if (draft.HashLogits) WriteHashes(json, tokens);
        if (draft.Explain)
        {
            json.WriteStartArray("explanations");
            foreach (GeneratedToken token in tokens)
            {
                json.WriteStartObject();
                json.WriteExplanation(token.Explanation!);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
    }

    /// <summary>A list of ids.</summary>
    public static void WriteIds(Utf8JsonWriter json, string name, IEnumerable<int> ids)
    {
        json.WriteStartArray(name);
        foreach (int id in ids) json.WriteNumberValue(id);
        json.WriteEndArray();
    }

    /// <summary>The hashes of tokens' logits.</summary>
    public static void WriteHashes(Utf8JsonWriter json, IReadOnlyList<GeneratedToken> tokens)
    {
        json.WriteStartArray("logits_hashes");
        foreach (GeneratedToken token in tokens) json.WriteStringValue(token.LogitsHash);
        json.WriteEndArray();
    }

    /// <summary>A log-probability.</summary>
    public static float Finite(float logprob) => float.IsFinite(logprob) ? logprob : Impossible;
}
