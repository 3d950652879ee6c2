using Microsoft.AspNetCore.Http;
using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>An answer that is sent when all its texts are written.</summary>
internal sealed class WholeAnswer(HttpContext context, RequestDraft draft, AnswerShape shape, GenerationRecord record)
{
    // what is told of tokens needs them; else the engine keeps none
    private readonly bool _needsTokens = draft.Logprobs || draft.ReturnTokenIds || draft.HashLogits || draft.Explain || draft.BestOf > draft.Samples;

    public async Task WriteAsync(AnswerHead head, IReadOnlyList<PromptTexts> all)
    {
        Usage usage = new();
        List<WrittenChoice> choices = [];
        foreach (PromptTexts texts in all)
        {
            // all of them run at the same time; they are read together, since a text rests whose tokens nobody reads
            IEnumerable<WrittenChoice>[] written = await Task.WhenAll(texts.Texts.Select(text => ReadAsync(texts.Prompt, text, usage))).ConfigureAwait(false);
            IEnumerable<WrittenChoice> ofPrompt = written.SelectMany(some => some);
            if (draft.BestOf > draft.Samples) ofPrompt = ofPrompt.OrderByDescending(choice => choice.Mean);
            choices.AddRange(ofPrompt.Take(draft.Samples));
        }
        record.End(usage.Texts);
        await JsonAnswer.WriteAsync(context, 200, json =>
        {
            json.WriteStartObject();
            head.Write(json);
            json.WriteStartArray("choices");
            for (int i = 0; i < choices.Count; i++) shape.WriteChoice(json, i, choices[i]);
            json.WriteEndArray();
            json.WritePropertyName("usage");
            usage.Write(json);
            shape.WriteFields(json, [.. all.Select(texts => texts.Prompt)]);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private async Task<IEnumerable<WrittenChoice>> ReadAsync(PromptText prompt, TextGeneration text, Usage usage)
    {
        List<GeneratedToken> tokens = [], shown = [];
        HeldTokens held = new(EndIds.Of(draft));
        if (_needsTokens)
        {
            await foreach (GeneratedToken token in text.ConfigureAwait(false))
            {
                tokens.Add(token);
                if (!held.Add(token)) continue;
                shown.AddRange(held.Shown);
                held.Clear();
            }
        }
        GenerationResult result = await text.Result.ConfigureAwait(false);
        shown.AddRange(held.LeftOver(result.Finish));
        lock (usage) usage.Add(prompt, result);
        Cancelled.Refuse(result, context);
        if (result.Beams is { Count: > 0 } beams)
            return beams.Select((beam, i) => new WrittenChoice(prompt, beam.Text, beam.Finish)
            {
                Beam = beam,
                Tokens = i == 0 ? tokens : [],
                Shown = i == 0 ? shown : [],
            });
        return [new WrittenChoice(prompt, result.Text, result.Finish) { Tokens = tokens, Shown = shown }];
    }
}
