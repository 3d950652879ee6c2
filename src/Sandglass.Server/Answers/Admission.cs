using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>Lets the parts of a request into the engine. Where its waiting room is full the first part is refused; a further one waits until another part of
/// the request has ended, or for a moment. So a request may have more parts than the room has places.</summary>
/// <remarks>A part that waits may still lose its place to a more urgent request, or to one of a tenant that has less waiting: then all of its request is
/// refused.</remarks>
/// <param name="time">The clock.</param>
/// <param name="cancellation">Ends the waiting.</param>
internal sealed class Admission(TimeProvider time, CancellationToken cancellation)
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private TaskCompletionSource _ended = New();
    private volatile bool _hasBegun;        // the engine has taken something of the request

    /// <summary>Begins a part.</summary>
    /// <param name="begin">Asks the engine, which may refuse.</param>
    /// <exception cref="BusyException">It is refused, and so is the request.</exception>
    public async Task<T> EnterAsync<T>(Func<T> begin)
    {
        while (true)
        {
            Task ended = Volatile.Read(ref _ended).Task;    // before it is tried: what ends meanwhile is not missed
            try
            {
                T begun = begin();
                _hasBegun = true;
                return begun;
            }
            catch (BusyException full) when (_hasBegun && full.Code.StartsWith("queue-", StringComparison.Ordinal))
            {
                TimeSpan wait = full.RetryAfter < Moment ? full.RetryAfter : Moment;
                await Task.WhenAny(ended, Task.Delay(wait, time, cancellation)).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>A part has ended: there is a place for another.</summary>
    public void Ended() => Interlocked.Exchange(ref _ended, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
