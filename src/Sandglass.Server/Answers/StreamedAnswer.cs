using System.Runtime.ExceptionServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>An answer that is sent token by token.</summary>
/// <param name="leave">Ends all texts of the request.</param>
internal sealed class StreamedAnswer(
    ServerState state, HttpContext context, RequestDraft draft, AnswerShape shape, GenerationRecord record, CancellationTokenSource leave)
{
    private readonly byte[] _tail = draft.IncludeUsage ? ",\"usage\":null"u8.ToArray() : [];
    private readonly bool _needsTokens = draft.Logprobs || draft.ReturnTokenIds || draft.HashLogits || draft.Explain;
    private readonly Usage _usage = new();

    /// <param name="head">What each event begins with.</param>
    /// <param name="all">The prompts, of which the engine has the first.</param>
    public async Task WriteAsync(AnswerHead head, IReadOnlyList<PromptTexts> all)
    {
        EventStream events = new(context, head.Rendered(), draft.Limits.Ping, state.Options.Time);
        await using (events.ConfigureAwait(false))
        {
            await events.StartAsync().ConfigureAwait(false);
            await SendBeginningsAsync(events, all).ConfigureAwait(false);
            ApiError? error = await SendTextsAsync(events, all).ConfigureAwait(false);
            context.RequestAborted.ThrowIfCancellationRequested();
            if (error is null) record.End(_usage.Texts);
            else await FailAsync(error, all).ConfigureAwait(false);
            await events.WriteAsync(() =>
            {
                if (error is not null) events.Send(json => ErrorAnswer.Write(json, error));
                else if (draft.IncludeUsage) SendUsage(events);
                events.Done();
            }).ConfigureAwait(false);
        }
    }

    /// <summary>The headers go out, and with them the beginnings that are known already.</summary>
    private Task SendBeginningsAsync(EventStream events, IReadOnlyList<PromptTexts> all) => events.WriteAsync(() =>
    {
        for (int i = 0; i < all.Count; i++)
            if (!all[i].IsScored) SendBeginning(events, i, all[i].Prompt);
    });

    private void SendBeginning(EventStream events, int at, PromptText prompt)
    {
        for (int i = 0; i < draft.Samples; i++) shape.SendBeginning(events, at * draft.Samples + i, prompt, _tail);
    }

    /// <summary>What went wrong; null for nothing.</summary>
    private async Task<ApiError?> SendTextsAsync(EventStream events, IReadOnlyList<PromptTexts> all)
    {
        Together together = new(leave);
        for (int i = 0; i < all.Count; i++)
        {
            int at = i;
            if (at > 0 && !await together.TryAsync(all[at].EnterAsync).ConfigureAwait(false)) break;
            together.Begin(() => SendAsync(events, at, all.Count * draft.Samples, all[at]));
        }
        if (await together.EndAsync().ConfigureAwait(false) is not Exception failure || context.RequestAborted.IsCancellationRequested) return null;
        ApiError error = ApiError.Of(Deadline.Explain(context, failure), draft.Route);
        if (error.Code == ErrorCodes.Internal) ErrorMiddleware.Log(context, failure);
        return error;
    }

    private async Task SendAsync(EventStream events, int at, int choices, PromptTexts texts)
    {
        await texts.BeginAsync().ConfigureAwait(false);
        if (texts.IsScored) await events.WriteAsync(() => SendBeginning(events, at, texts.Prompt)).ConfigureAwait(false);
        await texts.ReadAsync(async () =>
        {
            Together together = new(leave, spares: static failure => failure is BusyException);
            for (int i = 0; i < texts.Texts.Count; i++)
            {
                (int index, TextGeneration text) = (at * draft.Samples + i, texts.Texts[i]);
                together.Begin(() => SendAsync(events, index, choices, texts.Prompt, text));
            }
            if (await together.EndAsync().ConfigureAwait(false) is Exception failure) ExceptionDispatchInfo.Throw(failure);
        }).ConfigureAwait(false);
    }

    private async Task SendAsync(EventStream events, int index, int choices, PromptText prompt, TextGeneration text)
    {
        HeldTokens? held = _needsTokens ? new HeldTokens(EndIds.Of(draft)) : null;
        int offset = draft.Echo ? prompt.Text.Length : 0;
        await using IAsyncEnumerator<GeneratedToken> tokens = text.GetAsyncEnumerator(CancellationToken.None);
        bool goesOn = await tokens.MoveNextAsync().ConfigureAwait(false);
        while (goesOn)
        {
            ValueTask<bool> next;
            bool isThere;
            await events.EnterAsync().ConfigureAwait(false);
            try
            {
                // all tokens that are there, as far as a flush takes them
                do
                {
                    SendToken(events, index, choices, tokens.Current, held, ref offset);
                    next = tokens.MoveNextAsync();
                    isThere = next.IsCompletedSuccessfully;
                    goesOn = isThere && next.Result;
                }
                while (goesOn && !events.IsFull);
            }
            finally
            {
                await events.ExitAsync().ConfigureAwait(false);
            }
            if (!isThere) goesOn = await next.ConfigureAwait(false);
        }
        await SendEndAsync(events, index, prompt, await text.Result.ConfigureAwait(false), held, offset).ConfigureAwait(false);
    }

    /// <summary>Ends all texts before it is told what they took: a client that knows of the end may look at its account.</summary>
    private async Task FailAsync(ApiError error, IReadOnlyList<PromptTexts> all)
    {
        foreach (PromptTexts texts in all) await texts.EndAsync().ConfigureAwait(false);
        record.Computed(all);
        record.Fail(error);
    }

    private void SendToken(EventStream events, int index, int choices, GeneratedToken token, HeldTokens? held, ref int offset)
    {
        record.Token(index, choices);
        bool shows = held?.Add(token) ?? token.Text.Length > 0;
        if (!shows) return;
        shape.WriteText(events.Begin(), index, token.Text, held, offset);
        events.End(_tail);
        offset += held?.Characters(draft.Served.Model.Tokenizer) ?? 0;
        held?.Clear();
    }

    private async Task SendEndAsync(EventStream events, int index, PromptText prompt, GenerationResult result, HeldTokens? held, int offset)
    {
        lock (_usage) _usage.Add(prompt, result);
        Cancelled.Refuse(result, context);
        BeamResult? best = result.Beams is [BeamResult first, ..] ? first : null;
        await events.WriteAsync(() =>
        {
            shape.WriteEnd(events.Begin(), index, best?.Finish ?? result.Finish, held, offset, best);
            events.End(_tail);
            foreach ((int i, BeamResult beam) in (result.Beams ?? []).Index().Skip(1).Take(draft.Samples - 1)) SendBeam(events, index + i, beam);
        }).ConfigureAwait(false);
    }

    /// <summary>A further text that beams found: it is known at the end only.</summary>
    private void SendBeam(EventStream events, int index, BeamResult beam)
    {
        shape.WriteText(events.Begin(), index, beam.Text, null, 0);
        events.End(_tail);
        shape.WriteEnd(events.Begin(), index, beam.Finish, null, 0, beam);
        events.End(_tail);
    }

    private void SendUsage(EventStream events)
    {
        Utf8JsonWriter json = events.Begin();
        json.WriteStartArray();
        json.WriteEndArray();
        events.End(_usage.AsField());
    }
}
