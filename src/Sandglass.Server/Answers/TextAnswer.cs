using Microsoft.AspNetCore.Http;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Server;

/// <summary>Has the texts of a request written, and ends them when the client leaves.</summary>
internal sealed class TextAnswer(ServerState state, HttpContext context, RequestDraft draft, AnswerShape shape)
{
    private readonly List<PromptTexts> _texts = [];
    private int _scored;        // tokens of a prompt whose texts have not begun

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
        using GenerationRecord record = state.Telemetry.Begin(
            context, draft.Served, shape.Operation, head.Id, prompts.Sum(prompt => prompt.Ids.Length),
            prompts.Count * (draft.BestOf ?? draft.Samples), options);
        RequestLabels.Tell(draft);
        using CancellationTokenSource leave = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, state.Drain.Ending);
        ApiError? error = null;
        try
        {
            foreach (PromptText prompt in prompts) _texts.Add(await BeginAsync(prompt, options, leave.Token).ConfigureAwait(false));
            if (draft.Stream) await new StreamedAnswer(state, context, draft, shape, record, leave).WriteAsync(head, _texts).ConfigureAwait(false);
            else await new WholeAnswer(context, draft, shape, record).WriteAsync(head, _texts).ConfigureAwait(false);
        }
        catch (Exception failure) when (!context.RequestAborted.IsCancellationRequested)
        {
            error = ApiError.Of(failure, draft.Route);
            throw;
        }
        finally
        {
            await leave.CancelAsync().ConfigureAwait(false);
            foreach (PromptTexts texts in _texts) await texts.EndAsync().ConfigureAwait(false);
            record.Computed(_texts, _scored);
            if (error is not null) record.Fail(error);
        }
    }

    private async Task<PromptTexts> BeginAsync(PromptText prompt, GenerationOptions options, CancellationToken cancellation)
    {
        int? top = draft.PromptLogprobs ?? (draft is { Echo: true, Logprobs: true } ? draft.TopLogprobs : null);
        if (top is int most)
        {
            List<TokenScore> scores = [];
            ScoreOptions how = new()
            {
                Logprobs = Math.Max(most, draft.Echo ? draft.TopLogprobs : 0),
                ShareCache = options.ShareCache,
                CacheSalt = options.CacheSalt,
                Tenant = options.Tenant,
                Priority = options.Priority,
                StartWithin = options.StartWithin,
            };
            await foreach (TokenScore score in draft.Served.Model.ScoreAsync(prompt.Ids, how, cancellation).ConfigureAwait(false))
            {
                scores.Add(score);
                _scored = scores.Count + 1;     // the first token has no score
            }
            prompt = prompt with { Scores = scores };
        }
        int samples = options.Beams is null ? draft.BestOf ?? draft.Samples : 1;
        PromptTexts texts = new(prompt, draft.Served.Model.GenerateSamples(prompt.Ids, samples, options, cancellation));
        _scored = 0;        // they are its prompt's
        return texts;
    }
}
