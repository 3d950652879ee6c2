namespace Sandglass.Server;

/// <summary>What the bodies of all requests under way may take together: bytes while they are there, and turns while they are read and encoded.</summary>
/// <remarks>
/// Only large ones count. An ordinary request asks for nothing here, whatever others send. A large one is read by a thread of its own, few at a time, so that
/// neither memory nor the processor's time add up; those of more than a megabyte one at a time, so that the others do not wait for them.
/// </remarks>
/// <param name="most">Bytes.</param>
internal sealed class BodyRoom(long most) : IDisposable
{
    /// <summary>Bytes up to which a body is an ordinary one: of 16,000 tokens, say.</summary>
    public const int Ordinary = 64 << 10;

    private const int Huge = 1 << 20, Together = 2;

    private readonly SemaphoreSlim _large = new(Together, Together), _huge = new(1, 1);
    private long _bytes;

    /// <summary>Bytes that are there now.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Takes room for more bytes.</summary>
    /// <exception cref="RequestException">There is none.</exception>
    public void Take(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= most) return;
        Give(bytes);
        throw new RequestException(
            "bodies-full", $"The bodies of the requests under way have {Bytes} bytes together, and there is room for {most}. Wait as long as Retry-After says.");
    }

    /// <summary>Gives it back.</summary>
    public void Give(long bytes) => Interlocked.Add(ref _bytes, -bytes);

    /// <summary>Does what is done with the content of a body: at once, or where it is large in its turn.</summary>
    public async Task<T> ReadAsync<T>(int bytes, Func<T> read, CancellationToken cancellation)
    {
        if (bytes <= Ordinary) return read();
        SemaphoreSlim turns = bytes > Huge ? _huge : _large;
        await turns.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Factory.StartNew(read, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        finally
        {
            turns.Release();
        }
    }

    public void Dispose()
    {
        _large.Dispose();
        _huge.Dispose();
    }
}
