using System.Runtime.ExceptionServices;
using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary>Lets the parts of a request into the engine. Where its waiting room is full the first part is refused; a further one waits until another part of
/// the request has ended, or for a moment. So a request may have more parts than the room has places.</summary>
/// <remarks>A part that waits in the room may lose its place to a more urgent request, or to one of a tenant that has less waiting. It waits here then, as one
/// that found no place; where nothing else of its request is in the engine, or was done, the request is refused.</remarks>
/// <param name="time">The clock.</param>
/// <param name="cancellation">Ends the waiting.</param>
internal sealed class Admission(TimeProvider time, CancellationToken cancellation)
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private TaskCompletionSource _ended = New();
    private int _inside;                    // parts that the engine has
    private volatile bool _hasEnded;        // some part has ended

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
                Interlocked.Increment(ref _inside);
                return begun;
            }
            catch (BusyException full) when (IsFull(full) && MayWait)
            {
                await WaitAsync(full, ended).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A part has lost its place: returns when it may enter again.</summary>
    /// <param name="lost">What it ended with.</param>
    /// <exception cref="BusyException">The request is refused.</exception>
    public async Task LostAsync(BusyException lost)
    {
        Task ended = Volatile.Read(ref _ended).Task;
        Interlocked.Decrement(ref _inside);
        if (!MayWait) ExceptionDispatchInfo.Throw(lost);
        await WaitAsync(lost, ended).ConfigureAwait(false);
    }

    /// <summary>A part has ended: there is a place for another.</summary>
    public void Ended()
    {
        _hasEnded = true;
        Interlocked.Decrement(ref _inside);
        Interlocked.Exchange(ref _ended, New()).TrySetResult();
    }

    /// <summary>Whether there was no room, or it was given to another.</summary>
    public static bool IsFull(BusyException refusal) => refusal.Code.StartsWith("queue-", StringComparison.Ordinal);

    private bool MayWait => _hasEnded || Volatile.Read(ref _inside) > 0;

    private async Task WaitAsync(BusyException full, Task ended)
    {
        TimeSpan wait = full.RetryAfter < Moment ? full.RetryAfter : Moment;
        await Task.WhenAny(ended, Task.Delay(wait, time, cancellation)).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
