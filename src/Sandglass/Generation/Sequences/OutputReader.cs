namespace Sandglass.Generation;

/// <summary>The loop over what a sequence hands out. Not an iterator method: disposed of before its first step, that would not notice.</summary>
/// <remarks>The loop's token, which may live long, holds the queue and not the owner: one that is dropped is collected all the same.</remarks>
/// <param name="owner">The caller's own object, which lives as long as its loop.</param>
/// <param name="output">Whose outcome the reader hears after the last item.</param>
/// <param name="queue">What is read.</param>
/// <param name="cancellation">The loop's.</param>
internal sealed class OutputReader<T>(object owner, GenerationOutput output, OutputQueue<T> queue, CancellationToken cancellation) : IAsyncEnumerator<T>
    where T : class
{
    private readonly IAsyncEnumerator<T> _items = ReadAsync(output, queue).GetAsyncEnumerator(CancellationToken.None);
    private readonly CancellationTokenRegistration _loopsToken =
        cancellation.UnsafeRegister(static queue => ((OutputQueue<T>)queue!).Cancel(), queue);

    public T Current => _items.Current;

    public ValueTask<bool> MoveNextAsync() => _items.MoveNextAsync();

    public ValueTask DisposeAsync()
    {
        _loopsToken.Unregister();
        if (!output.Result.IsCompleted) queue.Cancel();
        GC.KeepAlive(owner);
        return _items.DisposeAsync();
    }

    private static async IAsyncEnumerable<T> ReadAsync(GenerationOutput output, OutputQueue<T> queue)
    {
        bool isFirst = true;
        while (await queue.WaitAsync().ConfigureAwait(false))
        {
            if (isFirst) await output.ProgressDelivered.ConfigureAwait(false);
            isFirst = false;
            while (queue.TryRead(out T? item)) yield return item;
        }
        await output.Result.ConfigureAwait(false);      // a failure is the reader's too
    }
}
