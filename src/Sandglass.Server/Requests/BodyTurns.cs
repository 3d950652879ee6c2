namespace Sandglass.Server;

/// <summary>The turns in which the contents of bodies are read and encoded.</summary>
/// <remarks>
/// Only large ones wait for theirs. An ordinary request asks for nothing here, whatever others send. A large one is read by a thread of its own, few at a time,
/// so that neither memory nor the processor's time add up; those of more than a megabyte one at a time, so that the others do not wait for them.
/// </remarks>
internal sealed class BodyTurns : IDisposable
{
    private const int Huge = 1 << 20, Together = 2;
    private const long Litter = 128L << 20;     // bytes that one body may leave to be collected: a word of some megabytes, which took seconds

    private readonly SemaphoreSlim _large = new(Together, Together), _huge = new(1, 1);

    /// <summary>Does what is done with the content of a body: at once, or where it is large in its turn.</summary>
    public async Task<T> ReadAsync<T>(int bytes, Func<T> read, CancellationToken cancellation)
    {
        if (bytes <= BodyRoom.Ordinary) return read();
        SemaphoreSlim turns = bytes > Huge ? _huge : _large;
        await turns.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Factory.StartNew(() => ReadAlone(read), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>Reads on a thread of its own. Where it takes much memory that is collected before the next turn: of its own accord that happens late, and the
    /// bodies' memory adds up.</summary>
    private static T ReadAlone<T>(Func<T> read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            return read();
        }
        finally
        {
            if (GC.GetAllocatedBytesForCurrentThread() - before > Litter) GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
        }
    }

    public void Dispose()
    {
        _large.Dispose();
        _huge.Dispose();
    }
}
