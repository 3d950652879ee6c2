using Microsoft.AspNetCore.Http;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Server;

/// <summary>Has the texts of a request written, and ends them when the client leaves.</summary>
internal sealed class TextAnswer(ServerState state, HttpContext context, RequestDraft draft, AnswerShape shape)
{
    /// <summary>Answers a request.</summary>
    /// <param name="prompts">What is to be continued.</param>
    public async Task WriteAsync(IReadOnlyList<PromptText> prompts)
    {
        bool isSeeded = draft.Sampling.Seed is not null;
        ulong seed = draft.Sampling.Seed ?? FreshSeed.Draw();
        GenerationOptions options = EngineOptions.Of(draft, Caller.Of(context), seed);
        AnswerHead head = new(
            state.Ids.Next(shape.Kind), draft.Stream ? shape.EventObject : shape.Object, state.Now.ToUnixTimeSeconds(), draft.Served.Id,
            Fingerprint.Of(draft.Served), seed, isSeeded && draft.IsSeedNegative);
        Deadline deadline = Deadline.Of(context)!;
        if (draft.TimeLimit is double seconds) deadline.Narrow(TimeSpan.FromSeconds(seconds));
        using GenerationRecord record = state.Telemetry.Begin(
            context, draft.Served, shape.Operation, head.Id, prompts.Sum(prompt => prompt.Ids.Length),
            prompts.Count * (draft.BestOf ?? draft.Samples), options);
        RequestLabels.Tell(draft);
        BodyBytes.Of(context)?.Keep(draft.BytesKept + prompts.Sum(prompt => prompt.BytesKept));
        using CancellationTokenSource leave = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, state.Drain.Ending);
        using CancellationTokenSource hurry = CancellationTokenSource.CreateLinkedTokenSource(leave.Token, deadline.Over);
        Admission admission = new(state.Options.Time, hurry.Token);
        List<PromptTexts> all = [.. prompts.Select(prompt => new PromptTexts(prompt, draft, options, admission, deadline, leave.Token, hurry.Token))];
        ApiError? error = null;
        try
        {
            if (all.Count > 1 || all[0].IsScored) all.ForEach(static texts => texts.Check());       // the engine sees it later than a stream begins
            await all[0].EnterAsync().ConfigureAwait(false);
            if (draft.Stream) await new StreamedAnswer(state, context, draft, shape, record, leave).WriteAsync(head, all).ConfigureAwait(false);
            else await new WholeAnswer(context, draft, shape, record, leave).WriteAsync(head, all).ConfigureAwait(false);
        }
        catch (Exception failure) when (!context.RequestAborted.IsCancellationRequested)
        {
            error = ApiError.Of(Deadline.Explain(context, failure), draft.Route);
            throw;
        }
        finally
        {
            await leave.CancelAsync().ConfigureAwait(false);
            foreach (PromptTexts texts in all) await texts.EndAsync().ConfigureAwait(false);
            record.Computed(all);
            if (error is not null) record.Fail(error);
        }
    }
}
