using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Server;

/// <summary>Answers of <c>/v1/completions</c>.</summary>
internal sealed class CompletionShape(RequestDraft draft) : AnswerShape(draft)
{
    private static readonly JsonEncodedText Text = JsonEncodedText.Encode("text");

    public override string Kind => "cmpl";

    public override string Operation => "text_completion";

    public override string Object => "text_completion";

    public override string EventObject => "text_completion";

    public override void SendBeginning(EventStream events, int index, PromptText prompt, ReadOnlySpan<byte> tail)
    {
        if (!Draft.Echo && !Draft.ReturnTokenIds && Draft.PromptLogprobs is null) return;
        Utf8JsonWriter json = events.Begin();
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteNumber(Index, index);
        json.WriteString(Text, Draft.Echo ? prompt.Text : "");
        if (Draft.Echo && Draft.Logprobs) CompletionLogprob.Write(json, OfPrompt(prompt), Draft.TopLogprobs, Tokenizer);
        else json.WriteNull(Logprobs);
        json.WriteNull(FinishReason);
        WritePrompt(json, prompt);
        json.WriteEndObject();
        json.WriteEndArray();
        events.End(tail);
    }

    public override void WriteText(Utf8JsonWriter json, int index, string text, HeldTokens? held, int offset) =>
        WriteEvent(json, index, text, held?.Shown, held?.All, offset, null, null);

    public override void WriteEnd(Utf8JsonWriter json, int index, FinishReason reason, HeldTokens? held, int offset, BeamResult? beam) =>
        WriteEvent(json, index, "", held?.LeftOver(reason), held?.All, offset, reason, beam);

    public override void WriteChoice(Utf8JsonWriter json, int index, WrittenChoice choice)
    {
        json.WriteStartObject();
        json.WriteNumber(Index, index);
        json.WriteString(Text, Draft.Echo ? choice.Prompt.Text + choice.Text : choice.Text);
        if (Draft.Logprobs)
        {
            int offset = Draft.Echo ? choice.Prompt.Text.Length : 0;
            List<CompletionLogprob> all = Draft.Echo ? OfPrompt(choice.Prompt) : [];
            all.AddRange(CompletionLogprob.Of(choice.Shown, offset, Tokenizer));
            CompletionLogprob.Write(json, all, Draft.TopLogprobs, Tokenizer);
        }
        else json.WriteNull(Logprobs);
        WriteFinish(json, choice.Finish);
        WriteDetails(json, choice);
        WritePrompt(json, choice.Prompt);
        json.WriteEndObject();
    }

    private void WriteEvent(
        Utf8JsonWriter json, int index, string text, IReadOnlyList<GeneratedToken>? shown, IReadOnlyList<GeneratedToken>? all, int offset, FinishReason? reason,
        BeamResult? beam)
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteNumber(Index, index);
        json.WriteString(Text, text);
        if (Draft.Logprobs && shown is { Count: > 0 })
            CompletionLogprob.Write(json, [.. CompletionLogprob.Of(shown, offset, Tokenizer)], Draft.TopLogprobs, Tokenizer);
        else json.WriteNull(Logprobs);
        if (reason is FinishReason end) WriteFinish(json, end);
        else json.WriteNull(FinishReason);
        if (all is not null) TokenDetails.Write(json, Draft, all);
        WriteBeam(json, beam, wasTold: all is not null);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WritePrompt(Utf8JsonWriter json, PromptText prompt)
    {
        if (Draft.ReturnTokenIds) TokenDetails.WriteIds(json, "prompt_token_ids", prompt.Ids);
        if (Draft.PromptLogprobs is not null) PromptLogprobs.Write(json, prompt.Scores!, Tokenizer);
    }

    private List<CompletionLogprob> OfPrompt(PromptText prompt)
    {
        List<CompletionLogprob> all = [];
        int offset = 0;
        for (int i = 0; i < prompt.Ids.Length; i++)
        {
            TokenScore? score = i == 0 ? null : prompt.Scores![i - 1];
            IReadOnlyList<TokenLogprob>? top = score is null ? null : [.. score.Top.Take(Draft.TopLogprobs)];
            all.Add(new CompletionLogprob(prompt.Ids[i], score?.Logprob, top, Math.Min(offset, prompt.Text.Length)));
            offset += TokenText.Length(Tokenizer.Bytes(prompt.Ids[i]).Span);
        }
        return all;
    }
}
