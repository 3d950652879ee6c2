namespace Sandglass.Server;

/// <summary>How a server ends: it takes nothing new, what runs may finish for a time, and what still runs then is ended.</summary>
internal sealed class Drain : IDisposable
{
    private readonly CancellationTokenSource _beginning = new(), _ending = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private volatile bool _began;
    private Task _told = Task.CompletedTask, _ended = Task.CompletedTask;

    /// <summary>Whether it takes nothing new.</summary>
    public bool HasBegun => _began;

    /// <summary>Requests under way.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Cancelled when it begins: for what has no end of its own and that nobody needs to wait for.</summary>
    public CancellationToken Beginning => _beginning.Token;

    /// <summary>Cancelled when what still runs has to end.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Begins a request, which <see cref="Leave"/> ends; false where none is taken.</summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref _running);
        if (!_began) return true;       // after the increment: a drain that begins now waits for this request
        Leave();
        return false;
    }

    /// <summary>Ends a request.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _running) == 0 && _began) _idle.TrySetResult();
    }

    /// <summary>Begins the end, and returns when nothing runs.</summary>
    /// <param name="patience">For what runs; after it the rest is ended.</param>
    /// <param name="time">The clock.</param>
    /// <returns>How many had to be ended.</returns>
    public async Task<int> FinishAsync(TimeSpan patience, TimeProvider time)
    {
        _began = true;
        _told = _beginning.CancelAsync();
        if (Running == 0) _idle.TrySetResult();
        try
        {
            await _idle.Task.WaitAsync(patience, time).ConfigureAwait(false);
            return 0;
        }
        catch (TimeoutException)
        {
            int rest = Running;
            _ended = _ending.CancelAsync();     // not waited for: it runs what many requests do at their end
            return rest;
        }
    }

    /// <summary>Returns when nothing runs.</summary>
    public Task Idle => _idle.Task;

    public void Dispose()
    {
        if (_told.IsCompleted) _beginning.Dispose();
        if (_ended.IsCompleted) _ending.Dispose();
    }
}
