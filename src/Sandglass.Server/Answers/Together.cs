namespace Sandglass.Server;

/// <summary>The parts of a request that run at the same time. The first that fails ends the others, and is what the request failed of.</summary>
/// <param name="leave">Ends all of them.</param>
/// <param name="spares">The failures that end no others, since all have the same; null for none.</param>
internal sealed class Together(CancellationTokenSource leave, Func<Exception, bool>? spares = null)
{
    private readonly List<Task> _parts = [];
    private Exception? _failure;

    /// <summary>Begins one. Called by one thread.</summary>
    public void Begin(Func<Task> part) => _parts.Add(RunAsync(part));

    /// <summary>Does something before the next one can begin; false where it or a part failed, and nothing more is to begin.</summary>
    public async Task<bool> TryAsync(Func<Task> step)
    {
        await RunAsync(step).ConfigureAwait(false);
        return Volatile.Read(ref _failure) is null;
    }

    /// <summary>Returns when all have ended.</summary>
    /// <returns>What the first one failed of; null where none did.</returns>
    public async Task<Exception?> EndAsync()
    {
        await Task.WhenAll(_parts).ConfigureAwait(false);
        return _failure;
    }

    private async Task RunAsync(Func<Task> part)
    {
        try
        {
            await part().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
            if (spares?.Invoke(failure) is not true) await leave.CancelAsync().ConfigureAwait(false);
        }
    }
}
