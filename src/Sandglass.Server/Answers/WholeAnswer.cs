using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Http;
using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>An answer that is sent when all its texts are written.</summary>
/// <param name="leave">Ends all texts of the request.</param>
internal sealed class WholeAnswer(HttpContext context, RequestDraft draft, AnswerShape shape, GenerationRecord record, CancellationTokenSource leave)
{
    // what is told of tokens needs them; else the engine keeps none
    private readonly bool _needsTokens = draft.Logprobs || draft.ReturnTokenIds || draft.HashLogits || draft.Explain || draft.BestOf > draft.Samples;

    /// <param name="head">What it begins with.</param>
    /// <param name="all">The prompts, of which the engine has the first.</param>
    public async Task WriteAsync(AnswerHead head, IReadOnlyList<PromptTexts> all)
    {
        Usage usage = new();
        IReadOnlyList<WrittenChoice>[] written = new IReadOnlyList<WrittenChoice>[all.Count];
        Together together = new(leave);
        for (int i = 0; i < all.Count; i++)
        {
            int at = i;
            if (at > 0 && !await together.TryAsync(all[at].EnterAsync).ConfigureAwait(false)) break;
            together.Begin(async () => written[at] = await ReadAsync(all[at], usage).ConfigureAwait(false));
        }
        if (await together.EndAsync().ConfigureAwait(false) is Exception failure) ExceptionDispatchInfo.Throw(failure);
        List<WrittenChoice> choices = [.. written.SelectMany(some => some)];
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

    private async Task<IReadOnlyList<WrittenChoice>> ReadAsync(PromptTexts texts, Usage usage)
    {
        await texts.BeginAsync().ConfigureAwait(false);
        // all of them run at the same time; they are read together, since a text rests whose tokens nobody reads
        IEnumerable<WrittenChoice>[] written = [];
        await texts.ReadAsync(async () =>
            written = await Task.WhenAll(texts.Texts.Select(text => ReadAsync(texts.Prompt, text, usage))).ConfigureAwait(false)).ConfigureAwait(false);
        IEnumerable<WrittenChoice> choices = written.SelectMany(some => some);
        if (draft.BestOf > draft.Samples) choices = choices.OrderByDescending(choice => choice.Mean);
        return [.. choices.Take(draft.Samples)];
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
