namespace Sandglass.Generation;

/// <summary>Hands progress reports to a caller's handler on the thread pool: one at a time, in order, the newest alone where the handler lags. No thread of
/// the engine runs the handler or waits for it.</summary>
/// <param name="handler">The caller's.</param>
/// <param name="failed">Called once, with what the handler throws; it is not called again after that.</param>
internal sealed class ProgressRelay<T>(IProgress<T> handler, Action<Exception>? failed = null) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private T _newest = default!;
    private bool _isPending;    // a report that the handler has not got yet
    private TaskCompletionSource? _delivering;

    /// <summary>What the handler threw; null where it did not.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Completed when the handler has returned from the newest report so far. It never fails.</summary>
    public Task Delivered
    {
        get
        {
            lock (_lock) return _delivering?.Task ?? Task.CompletedTask;
        }
    }

    public void Report(T value)
    {
        lock (_lock)
        {
            if (Failure is not null) return;
            (_newest, _isPending) = (value, true);
            if (_delivering is not null) return;
            _delivering = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        TaskCompletionSource delivered;
        while (TryTake(out T value, out delivered))
        {
            try
            {
                handler.Report(value);
            }
            catch (Exception failure)
            {
                lock (_lock) (Failure, _isPending) = (failure, false);
                failed?.Invoke(failure);
            }
        }
        delivered.SetResult();
    }

    private bool TryTake(out T value, out TaskCompletionSource delivering)
    {
        lock (_lock)
        {
            (value, delivering) = (_newest, _delivering!);
            bool isPending = _isPending;
            _isPending = false;
            if (!isPending) _delivering = null;
            return isPending;
        }
    }
}
