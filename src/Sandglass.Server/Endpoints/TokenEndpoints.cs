using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Sandglass.Tokenization;

namespace Sandglass.Server;

/// <summary><c>POST /tokenize</c> and <c>POST /detokenize</c>, with the names of llama.cpp and of vLLM.</summary>
internal sealed class TokenEndpoints(ServerState state)
{
    public async Task Tokenize(HttpContext context)
    {
        RequestDraft draft = await ReadAsync(context, ApiRoutes.Tokenize).ConfigureAwait(false);
        if (draft.Has("content") == draft.Has("prompt"))
            throw new RequestException("parameter-missing", $"content: expected a text, found {(draft.AsPrompt ? "prompt too, which is the same" : "none")}.",
                "content");
        Tokenizer tokenizer = draft.Served.Model.Tokenizer;
        int[] ids = tokenizer.Encode(draft.Content, draft.Has("add_special") ? draft.AddSpecialTokens : draft.AsPrompt, draft.ParseSpecial).Ids;
        await JsonAnswer.WriteAsync(context, 200, json =>
        {
            json.WriteStartObject();
            if (draft.WithPieces) WritePieces(json, tokenizer, ids);
            else TokenDetails.WriteIds(json, "tokens", ids);
            json.WriteNumber("count", ids.Length);
            json.WriteNumber("max_model_len", draft.Served.Model.Context);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    public async Task Detokenize(HttpContext context)
    {
        RequestDraft draft = await ReadAsync(context, ApiRoutes.Detokenize).ConfigureAwait(false);
        Tokenizer tokenizer = draft.Served.Model.Tokenizer;
        PromptIds.Require(draft.Tokens, tokenizer, "tokens");
        string text = tokenizer.Decode(draft.Tokens);
        await JsonAnswer.WriteAsync(context, 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("content", text);      // llama.cpp's name
            json.WriteString("prompt", text);       // vLLM's
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private async Task<RequestDraft> ReadAsync(HttpContext context, ApiRoutes route)
    {
        using JsonDocument body = await JsonBody.ReadAsync(context, state.Options.Limits).ConfigureAwait(false);
        return ParameterTable.Read(body.RootElement, route, state.Models, state.Options.Limits);
    }

    // a part of a character is told as its bytes, as llama.cpp does
    private static void WritePieces(Utf8JsonWriter json, Tokenizer tokenizer, int[] ids)
    {
        json.WriteStartArray("tokens");
        foreach (int id in ids)
        {
            ReadOnlySpan<byte> bytes = tokenizer.Bytes(id).Span;
            json.WriteStartObject();
            json.WriteNumber("id", id);
            if (Utf8.IsValid(bytes)) json.WriteString("piece", bytes.IsEmpty ? tokenizer.Piece(id) : Encoding.UTF8.GetString(bytes));
            else
            {
                json.WriteStartArray("piece");
                foreach (byte value in bytes) json.WriteNumberValue(value);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
