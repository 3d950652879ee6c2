using Microsoft.AspNetCore.Http;
using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>Tells a client what an engine does until the client leaves, its time is over or the server stops. What came since the last event is one event, so
/// there are never more than some twenty a second; the engine waits for nobody.</summary>
internal sealed class ActivityAnswer(ServerState state, HttpContext context, ServedModel served, Caller caller)
{
    /// <summary>Between two events.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    public async Task WriteAsync()
    {
        using BatchWatch watch = served.Model.WatchBatch();
        Deadline deadline = Deadline.Begin(context, state.Options.Limits.RequestTime, state.Options.Time);
        state.Leaving.Add(context);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, state.Drain.Beginning, deadline.Over);
        EventStream events = new(context, [], state.Options.Limits.Ping, state.Options.Time);
        await using (events.ConfigureAwait(false))
        {
            await events.StartAsync().ConfigureAwait(false);
            ActivityJson form = new(caller);
            await events.SendAsync("start", json => form.WriteStart(json, served)).ConfigureAwait(false);
            try
            {
                await SendAsync(events, watch, form, end.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                context.RequestAborted.ThrowIfCancellationRequested();
            }
            if (state.Drain.HasBegun)
            {
                ApiError stopping = new(StatusCodes.Status503ServiceUnavailable, "The server is stopping.", "stopping");
                await events.SendAsync("error", json => ErrorAnswer.Write(json, stopping)).ConfigureAwait(false);
            }
            await events.WriteAsync(events.Done).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(EventStream events, BatchWatch watch, ActivityJson form, CancellationToken end)
    {
        ActivitySnapshot snapshot = new();
        while (await watch.WaitAsync(end).ConfigureAwait(false))
        {
            snapshot.Clear();
            while (watch.TryRead(out BatchStep? step)) snapshot.Add(step);
            await events.SendAsync("steps", json => form.WriteSnapshot(json, snapshot)).ConfigureAwait(false);
            await Task.Delay(Interval, state.Options.Time, end).ConfigureAwait(false);
        }
    }
}
