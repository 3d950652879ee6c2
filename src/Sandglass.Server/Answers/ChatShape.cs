using System.Buffers;
using System.Text.Json;
using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>Answers of <c>/v1/chat/completions</c>.</summary>
internal sealed class ChatShape(RequestDraft draft) : AnswerShape(draft)
{
    private static readonly JsonEncodedText Delta = JsonEncodedText.Encode("delta"), Role = JsonEncodedText.Encode("role"),
        Assistant = JsonEncodedText.Encode("assistant"), Content = JsonEncodedText.Encode("content");

    public override string Kind => "chatcmpl";

    public override string Operation => "chat";

    public override string Object => "chat.completion";

    public override string EventObject => "chat.completion.chunk";

    public override void WriteFields(Utf8JsonWriter json, IReadOnlyList<PromptText> prompts)
    {
        if (Draft.ReturnTokenIds) TokenDetails.WriteIds(json, "prompt_token_ids", prompts[0].Ids);
        if (Draft.PromptLogprobs is not null) PromptLogprobs.Write(json, prompts[0].Scores!, Tokenizer);
    }

    public override void SendBeginning(EventStream events, int index, PromptText prompt, ReadOnlySpan<byte> tail)
    {
        Utf8JsonWriter json = events.Begin();
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteNumber(Index, index);
        json.WriteStartObject(Delta);
        json.WriteString(Role, Assistant);
        json.WriteString(Content, "");
        json.WriteEndObject();
        json.WriteNull(Logprobs);
        json.WriteNull(FinishReason);
        json.WriteEndObject();
        json.WriteEndArray();
        if (index == 0 && (Draft.ReturnTokenIds || Draft.PromptLogprobs is not null)) events.End([.. FieldsOf(prompt), .. tail]);
        else events.End(tail);
    }

    public override void WriteText(Utf8JsonWriter json, int index, string text, HeldTokens? held, int offset)
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteNumber(Index, index);
        json.WriteStartObject(Delta);
        json.WriteString(Content, text);
        json.WriteEndObject();
        if (Draft.Logprobs) ChatLogprobs.Write(json, Tokenizer, held!.Shown);
        else json.WriteNull(Logprobs);
        json.WriteNull(FinishReason);
        if (held is not null) TokenDetails.Write(json, Draft, held.All);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    public override void WriteEnd(Utf8JsonWriter json, int index, FinishReason reason, HeldTokens? held, int offset, BeamResult? beam)
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteNumber(Index, index);
        json.WriteStartObject(Delta);
        json.WriteEndObject();
        if (Draft.Logprobs && held?.LeftOver(reason) is { Count: > 0 } left) ChatLogprobs.Write(json, Tokenizer, left);
        else json.WriteNull(Logprobs);
        WriteFinish(json, reason);
        if (held is not null) TokenDetails.Write(json, Draft, held.All);
        WriteBeam(json, beam, wasTold: held is not null);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    public override void WriteChoice(Utf8JsonWriter json, int index, WrittenChoice choice)
    {
        json.WriteStartObject();
        json.WriteNumber(Index, index);
        json.WriteStartObject("message");
        json.WriteString(Role, Assistant);
        json.WriteString(Content, choice.Text);
        json.WriteNull("refusal");
        json.WriteEndObject();
        if (Draft.Logprobs) ChatLogprobs.Write(json, Tokenizer, choice.Shown);
        else json.WriteNull(Logprobs);
        WriteFinish(json, choice.Finish);
        WriteDetails(json, choice);
        json.WriteEndObject();
    }

    // ,"prompt_token_ids":[…]: what stands in an object after other fields
    private ReadOnlySpan<byte> FieldsOf(PromptText prompt)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, JsonAnswer.Style))
        {
            json.WriteStartObject();
            WriteFields(json, [prompt]);
            json.WriteEndObject();
        }
        byte[] fields = bytes.WrittenSpan[..^1].ToArray();
        fields[0] = (byte)',';
        return fields;
    }
}
