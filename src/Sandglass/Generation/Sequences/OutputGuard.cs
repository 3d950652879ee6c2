namespace Sandglass.Generation;

/// <summary>Held by a reader that has no object of its own to be finalized: when it ends, or is collected without having ended, the sequence is
/// cancelled.</summary>
internal sealed class OutputGuard<T>(OutputQueue<T> output) : IDisposable
    where T : class
{
    ~OutputGuard() => output.Abandon();

    public void Dispose()
    {
        output.Cancel();
        GC.SuppressFinalize(this);
    }
}
