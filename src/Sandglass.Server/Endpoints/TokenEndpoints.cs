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
        (RequestDraft draft, int[] ids) = await JsonBody.ReadAsync(context, state, (body, cancellation) =>
        {
            RequestDraft draft = ParameterTable.Read(body, ApiRoutes.Tokenize, state.Models, state.Options.Limits);
            if (draft.Has("content") == draft.Has("prompt"))
                throw new RequestException("parameter-missing", $"content: expected a text, found {(draft.AsPrompt ? "prompt too, which is the same" : "none")}.",
                    "content");
            bool addsSpecial = draft.Has("add_special") ? draft.AddSpecialTokens : draft.AsPrompt;
            int[] ids = draft.Served.Model.Tokenizer
                .EncodeWithin(draft.Content, parts: null, most: int.MaxValue, addsSpecial, draft.ParseSpecial, cancellation).Ids!;
            draft.Content = "";     // which may be long, and is not needed any more
            return (draft, ids);
        }).ConfigureAwait(false);
        await LongAnswer.WriteAsync(context, async answer =>
        {
            answer.Json.WriteStartArray("tokens");
            foreach (int id in ids)
            {
                if (draft.WithPieces) WritePiece(answer.Json, draft.Served.Model.Tokenizer, id);
                else answer.Json.WriteNumberValue(id);
                await answer.SendAsync().ConfigureAwait(false);
            }
            answer.Json.WriteEndArray();
            answer.Json.WriteNumber("count", ids.Length);
            answer.Json.WriteNumber("max_model_len", draft.Served.Model.Context);
        }).ConfigureAwait(false);
    }

    public async Task Detokenize(HttpContext context)
    {
        RequestDraft draft = await JsonBody.ReadAsync(context, state, (body, _) =>
        {
            RequestDraft draft = ParameterTable.Read(body, ApiRoutes.Detokenize, state.Models, state.Options.Limits);
            PromptIds.Require(draft.Tokens, draft.Served.Model.Tokenizer, "tokens");
            return draft;
        }).ConfigureAwait(false);
        Tokenizer tokenizer = draft.Served.Model.Tokenizer;
        await LongAnswer.WriteAsync(context, async answer =>
        {
            await answer.WriteTextAsync("content", tokenizer, draft.Tokens).ConfigureAwait(false);      // llama.cpp's name
            await answer.WriteTextAsync("prompt", tokenizer, draft.Tokens).ConfigureAwait(false);       // vLLM's
            if (!draft.WithPieces) return;
            answer.Json.WriteStartArray("tokens");
            foreach (int id in draft.Tokens)
            {
                WritePiece(answer.Json, tokenizer, id);
                await answer.SendAsync().ConfigureAwait(false);
            }
            answer.Json.WriteEndArray();
        }).ConfigureAwait(false);
    }

    // a part of a character is told as its bytes, as llama.cpp does
    private static void WritePiece(Utf8JsonWriter json, Tokenizer tokenizer, int id)
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
}
