using Microsoft.AspNetCore.Http;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Server;

/// <summary>Has a text written and watched, sends each step when it was taken, and ends the text when the client leaves.</summary>
internal sealed class TraceAnswer(ServerState state, HttpContext context, RequestDraft draft, PromptText prompt)
{
    private const long MostStepBytes = 4 << 20;

    private readonly TraceJson _form = new(draft.Served.Model.Tokenizer);

    public async Task WriteAsync()
    {
        GenerationOptions options = EngineOptions.Of(draft, Caller.Of(context), draft.Sampling.Seed ?? FreshSeed.Draw());
        Deadline deadline = Deadline.Of(context)!;
        if (draft.TimeLimit is double seconds) deadline.Narrow(TimeSpan.FromSeconds(seconds));
        using GenerationRecord record = state.Telemetry.Begin(
            context, draft.Served, draft.IsChat ? "chat" : "text_completion", state.Ids.Next("trace"), prompt.Ids.Length, samples: 1, options);
        RequestLabels.Tell(draft);
        BodyBytes.Of(context)?.Keep(draft.BytesKept + prompt.BytesKept);
        using CancellationTokenSource leave = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, state.Drain.Ending);
        TextTrace? trace = null;
        ApiError? error = null;
        try
        {
            trace = draft.Served.Model.TraceAsync(
                prompt.Ids, options with { TimeLimit = deadline.Left }, draft.Watched with { MostStepBytes = MostStepBytes }, leave.Token);
            await SendAsync(trace, record).ConfigureAwait(false);
        }
        catch (Exception failure) when (!context.RequestAborted.IsCancellationRequested)
        {
            error = ApiError.Of(Deadline.Explain(context, failure), draft.Route);
            throw;
        }
        finally
        {
            if (trace is not null) await EndAsync(trace, record).ConfigureAwait(false);
            else record.Computed(0, 0);
            if (error is not null) record.Fail(error);
        }
    }

    private async Task SendAsync(TextTrace trace, GenerationRecord record)
    {
        EventStream events = new(context, [], draft.Limits.Ping, state.Options.Time);
        await using (events.ConfigureAwait(false))
        {
            await events.StartAsync().ConfigureAwait(false);
            ApiError? error = await SendStepsAsync(events, trace, record).ConfigureAwait(false);
            context.RequestAborted.ThrowIfCancellationRequested();
            if (error is null)
            {
                GenerationResult result = await trace.Result.ConfigureAwait(false);
                record.End([result]);       // before it is told: a client that knows of the end may look at its account
                await events.SendAsync("result", json => _form.WriteResult(json, result)).ConfigureAwait(false);
            }
            else
            {
                await EndAsync(trace, record).ConfigureAwait(false);
                record.Fail(error);
                await events.SendAsync("error", json => ErrorAnswer.Write(json, error)).ConfigureAwait(false);
            }
            await events.WriteAsync(events.Done).ConfigureAwait(false);
        }
    }

    /// <summary>What went wrong; null for nothing.</summary>
    private async Task<ApiError?> SendStepsAsync(EventStream events, TextTrace trace, GenerationRecord record)
    {
        try
        {
            await events.SendAsync("start", json =>
            {
                json.WriteStartObject();
                _form.WriteStart(json, trace.Start);
                json.WriteEndObject();
            }).ConfigureAwait(false);
            await foreach (TraceStep step in trace.ConfigureAwait(false))
            {
                if (step is TokenStep) record.Token(choice: 0, choices: 1);
                await events.SendAsync("step", json => _form.WriteStep(json, step)).ConfigureAwait(false);
            }
            Cancelled.Refuse(await trace.Result.ConfigureAwait(false), context);
            return null;
        }
        catch (Exception failure)
        {
            if (context.RequestAborted.IsCancellationRequested) return null;
            ApiError error = ApiError.Of(Deadline.Explain(context, failure), draft.Route);
            if (error.Code == ErrorCodes.Internal) ErrorMiddleware.Log(context, failure);
            return error;
        }
    }

    /// <summary>Ends the text, and has its key pay what was done.</summary>
    private async Task EndAsync(TextTrace trace, GenerationRecord record)
    {
        await trace.DisposeAsync().ConfigureAwait(false);
        if (trace.Result is { IsCompletedSuccessfully: true, Result: GenerationResult result })
            record.Computed(PromptTexts.ReadBy(result, prompt, draft.Served.Model.Shape.Layers), Usage.Written(result));
        else record.Computed(0, 0);     // refused, so nothing was done
    }
}
